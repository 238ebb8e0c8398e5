import numpy as np
import pytest
import torch

from mmfer.models.losses import SeparateLoss, separate_loss
from mmfer.registry import MODELS

RNG = np.random.default_rng(2)
X, Y, C = RNG.normal(size=(5, 3)), np.array([0, 2, 2, 0, 1]), RNG.normal(size=(4, 3))


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def cosine_gradient(a, b):
    """The gradient of cos(a, b) in a."""
    size = np.linalg.norm(a)
    return b / (size * np.linalg.norm(b)) - cosine(a, b) * a / size**2


def reference(x, y, c, weight):
    """The formula in the docstring of the class, and its gradients in x and c."""
    pairs = len(c) * (len(c) - 1)
    value, in_x, in_c = 0.0, np.zeros_like(x), np.zeros_like(c)
    for i, j in enumerate(y):
        value += (1 - cosine(x[i], c[j])) / len(x)
        in_x[i] = -cosine_gradient(x[i], c[j]) / len(x)
        in_c[j] -= cosine_gradient(c[j], x[i]) / len(x)
    for j in range(len(c)):
        for k in range(len(c)):
            if j != k:
                value += weight * (1 + cosine(c[j], c[k])) / pairs
                in_c[j] += 2 * weight * cosine_gradient(c[j], c[k]) / pairs
    return value, in_x, in_c


@pytest.mark.parametrize('n', [5, 1])
def test_formula_and_gradients(n):
    x, c = (torch.tensor(a, requires_grad=True) for a in (X[:n], C))
    loss = separate_loss(x, torch.tensor(Y[:n]), c, 0.7)
    loss.backward()
    value, in_x, in_c = reference(X[:n], Y[:n], C, 0.7)
    np.testing.assert_allclose(loss.item(), value)
    np.testing.assert_allclose(x.grad, in_x)
    np.testing.assert_allclose(c.grad, in_c, atol=1e-12)


def test_class_and_its_rule():
    config = dict(type='SeparateLoss', num_classes=4, in_channels=3, loss_weight=0.2, rate=0.3)
    module = MODELS.build({**config, 'separation_weight': 0.5})
    c = module.centers.weight.double().numpy().copy()
    loss = module(torch.tensor(X), torch.tensor(Y), None)
    np.testing.assert_allclose(loss.item(), 0.2 * reference(X, Y, c, 0.5)[0], rtol=1e-5)
    units = X / np.linalg.norm(X, axis=1, keepdims=True)
    for j in range(4):
        own = j == Y
        delta = (c[j] - units[own]).sum(0) / (1 + own.sum())
        delta += 2 * 0.5 / 12 * sum(cosine_gradient(c[j], c[k]) for k in range(4) if k != j)
        np.testing.assert_allclose(module.centers.weight[j], c[j] - 0.3 * delta, rtol=1e-4)


def test_the_length_of_features_is_ignored():
    value = separate_loss(torch.tensor(X), torch.tensor(Y), torch.tensor(C))
    scaled = separate_loss(torch.tensor(7 * X), torch.tensor(Y), torch.tensor(3 * C))
    torch.testing.assert_close(value, scaled)


def test_a_feature_of_zeros():
    x = torch.zeros(2, 3, requires_grad=True)
    module = SeparateLoss(4, 3)
    loss = module(x, torch.tensor([0, 1]))
    loss.backward()
    assert loss.isfinite() and x.grad.isfinite().all() and x.grad.abs().max() <= 1


def test_one_class_has_no_separation_term():
    loss = SeparateLoss(1, 3)(torch.tensor(X), torch.zeros(5, dtype=torch.long))
    assert loss.isfinite()


def test_bfloat16_is_computed_in_float32():
    module = SeparateLoss(4, 3, update='gradient')
    x = torch.tensor(X).bfloat16()
    c = module.centers.weight.detach().double().numpy()
    with torch.autocast('cpu', torch.bfloat16):
        loss = module(x, torch.tensor(Y))
    np.testing.assert_allclose(loss.item(), reference(x.double().numpy(), Y, c, 1.0)[0], rtol=1e-5)
