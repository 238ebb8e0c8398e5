import numpy as np
import pytest
import torch

from mmfer.models.losses import IslandLoss, island_loss
from mmfer.registry import MODELS

RNG = np.random.default_rng(1)
X, Y, C = RNG.normal(size=(5, 3)), np.array([0, 2, 2, 0, 1]), RNG.normal(size=(4, 3))


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def cosine_gradient(a, b):
    """The gradient of cos(a, b) in a."""
    size = np.linalg.norm(a)
    return b / (size * np.linalg.norm(b)) - cosine(a, b) * a / size**2


def reference(x, y, c, weight):
    """Cai et al. (2018), eq. 5, and its gradients in x and c."""
    difference = x - c[y]
    value = (difference**2).sum() / (2 * len(x))
    in_c = np.zeros_like(c)
    for i, j in enumerate(y):
        in_c[j] -= difference[i] / len(x)
    for j in range(len(c)):
        for k in range(len(c)):
            if j != k:
                value += weight * (cosine(c[j], c[k]) + 1)
                in_c[j] += 2 * weight * cosine_gradient(c[j], c[k])
    return value, difference / len(x), in_c


@pytest.mark.parametrize('n', [5, 1])
def test_formula_and_gradients(n):
    x, c = (torch.tensor(a, requires_grad=True) for a in (X[:n], C))
    loss = island_loss(x, torch.tensor(Y[:n]), c, 0.7)
    loss.backward()
    value, in_x, in_c = reference(X[:n], Y[:n], C, 0.7)
    np.testing.assert_allclose(loss.item(), value)
    np.testing.assert_allclose(x.grad, in_x)
    np.testing.assert_allclose(c.grad, in_c, atol=1e-12)


def test_class_and_its_rule():
    """Cai et al.: the rule of the center loss plus lambda_1 / (C - 1) times the cosines'."""
    config = dict(type='IslandLoss', num_classes=4, in_channels=3, loss_weight=0.2, rate=0.3)
    module = MODELS.build({**config, 'island_weight': 2.0})
    c = module.centers.weight.double().numpy().copy()
    loss = module(torch.tensor(X), torch.tensor(Y), None)
    np.testing.assert_allclose(loss.item(), 0.2 * reference(X, Y, c, 2.0)[0], rtol=1e-5)
    for j in range(4):
        own = j == Y
        delta = (c[j] - X[own]).sum(0) / (1 + own.sum())
        delta += 2.0 / 3 * sum(cosine_gradient(c[j], c[k]) for k in range(4) if k != j)
        np.testing.assert_allclose(module.centers.weight[j], c[j] - 0.3 * delta, rtol=1e-4)


def test_rule_keeps_centers_apart_and_finite():
    """Class means of the features have the same direction, but the centers move apart."""
    torch.manual_seed(0)
    y = torch.arange(4).repeat(8)
    x = 0.5 + 0.1 * torch.randn(32, 16)
    cosines = {}
    for weight in (0.0, 10.0):
        module = IslandLoss(4, 16, island_weight=weight)
        for _ in range(100):
            loss = module(x, y)
        units = torch.nn.functional.normalize(module.centers.weight)
        cosines[weight] = float((units @ units.T).sum() - 4) / 12
        assert loss.isfinite() and module.centers.weight.norm(dim=1).max() < 100
    assert cosines[10.0] < cosines[0.0] - 0.02


def test_one_class_has_no_island_term():
    module = IslandLoss(1, 3)
    loss = module(torch.tensor(X), torch.zeros(5, dtype=torch.long))
    assert loss.isfinite() and module.centers.weight.isfinite().all()


def test_bfloat16_is_computed_in_float32():
    module = IslandLoss(4, 3, update='gradient')
    x = torch.tensor(X).bfloat16()
    c = module.centers.weight.detach().double().numpy()
    with torch.autocast('cpu', torch.bfloat16):
        loss = module(x, torch.tensor(Y))
    expected = 0.01 * reference(x.double().numpy(), Y, c, 10.0)[0]
    np.testing.assert_allclose(loss.item(), expected, rtol=1e-5)
    loss.backward()
    assert module.centers.weight.grad.isfinite().all()
