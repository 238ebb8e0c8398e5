import numpy as np
import pytest
import torch

from mmfer.models.losses import CenterLoss, center_loss
from mmfer.registry import MODELS

RNG = np.random.default_rng(0)
X, Y, C = RNG.normal(size=(6, 4)), np.array([0, 2, 2, 0, 1, 2]), RNG.normal(size=(5, 4))


def reference(x, y, c):
    """Paper 000, eq. 1 and paper 002, eq. 9, and their gradients in x and c."""
    n = len(x)
    value, in_x, in_c = 0.0, np.zeros_like(x), np.zeros_like(c)
    for i in range(n):
        for j in range(x.shape[1]):
            value += (x[i, j] - c[y[i], j]) ** 2 / (2 * n)
            in_x[i, j] = (x[i, j] - c[y[i], j]) / n
            in_c[y[i], j] -= (x[i, j] - c[y[i], j]) / n
    return value, in_x, in_c


@pytest.mark.parametrize('n', [6, 1])
def test_formula_and_gradients(n):
    x, c = (torch.tensor(a, requires_grad=True) for a in (X[:n], C))
    loss = center_loss(x, torch.tensor(Y[:n]), c)
    loss.backward()
    value, in_x, in_c = reference(X[:n], Y[:n], C)
    np.testing.assert_allclose(loss.item(), value)
    np.testing.assert_allclose(x.grad, in_x)
    np.testing.assert_allclose(c.grad, in_c, atol=1e-12)
    assert not c.grad[[3, 4]].any()  # not in the batch


@pytest.mark.parametrize('update', ['rule', 'gradient'])
def test_class(update):
    config = dict(type='CenterLoss', num_classes=5, in_channels=4, loss_weight=0.3)
    module = MODELS.build({**config, 'update': update})
    before = module.centers.weight.detach().clone()
    x = torch.tensor(X, dtype=torch.float32)
    expected = 0.3 * reference(X, Y, before.numpy())[0]
    np.testing.assert_allclose(module(x, torch.tensor(Y), None).item(), expected, rtol=1e-5)
    moved = not torch.equal(module.centers.weight, before)
    assert moved == (update == 'rule')


def test_centers_do_not_move_in_eval_mode():
    module = CenterLoss(5, 4).eval()
    before = module.centers.weight.clone()
    module(torch.tensor(X), torch.tensor(Y))
    assert torch.equal(module.centers.weight, before)


@pytest.mark.parametrize('update', ['rule', 'gradient'])
def test_training_pulls_features_to_their_centers(update):
    torch.manual_seed(0)
    module = CenterLoss(3, 4, loss_weight=1.0, update=update)
    x = torch.tensor(X, dtype=torch.float32, requires_grad=True)
    optimizer = torch.optim.SGD([x, *module.parameters()], lr=1.0)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = module(x, torch.tensor(Y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 1e-3 * losses[0]


def test_bfloat16_is_computed_in_float32():
    module = CenterLoss(5, 4)
    x = torch.tensor(100 * X).bfloat16().requires_grad_()
    expected = 0.01 * reference(x.detach().double().numpy(), Y, module.centers.weight.numpy())[0]
    with torch.autocast('cpu', torch.bfloat16):
        loss = module(x, torch.tensor(Y))
    assert loss.dtype == module.centers.weight.dtype == torch.float32
    np.testing.assert_allclose(loss.item(), expected, rtol=1e-5)
    loss.backward()
    assert x.grad.isfinite().all() and x.grad.any()
