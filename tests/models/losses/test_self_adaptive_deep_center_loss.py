import numpy as np
import pytest
import torch

from mmfer.models.losses import self_adaptive_deep_center_loss
from mmfer.registry import MODELS

RNG = np.random.default_rng(6)
X, Y, C = RNG.normal(size=(6, 4)), np.array([0, 2, 2, 0, 1, 2]), RNG.normal(size=(5, 4))
A, MAPS = RNG.random((6, 4)), RNG.normal(size=(6, 4, 3, 3))


def reference(x, y, c, a):
    """Eq. 9 and its gradients in x, c and a."""
    m = len(x)
    value, in_x, in_c, in_a = 0.0, np.zeros_like(x), np.zeros_like(c), np.zeros_like(a)
    for i in range(m):
        for j in range(x.shape[1]):
            difference = x[i, j] - c[y[i], j]
            value += a[i, j] * difference**2 / (2 * m)
            in_x[i, j] = a[i, j] * difference / m
            in_c[y[i], j] -= a[i, j] * difference / m
            in_a[i, j] = difference**2 / (2 * m)
    return value, in_x, in_c, in_a


def build(**options):
    torch.manual_seed(0)
    config = dict(type='SelfAdaptiveDeepCenterLoss', num_classes=5, in_channels=4, map_size=3)
    return MODELS.build({**config, 'hidden_channels': (8, 6, 4), **options})


def batch(n=6, dtype=torch.float32):
    x, maps = (torch.tensor(a[:n]).to(dtype).requires_grad_() for a in (X, MAPS))
    return x, torch.tensor(Y[:n]), maps


@pytest.mark.parametrize('n', [6, 1])
def test_formula_and_gradients(n):
    x, c, a = (torch.tensor(v, requires_grad=True) for v in (X[:n], C, A[:n]))
    loss = self_adaptive_deep_center_loss(x, torch.tensor(Y[:n]), c, a)
    loss.backward()
    value, in_x, in_c, in_a = reference(X[:n], Y[:n], C, A[:n])
    np.testing.assert_allclose(loss.item(), value)
    np.testing.assert_allclose(x.grad, in_x)
    np.testing.assert_allclose(c.grad, in_c, atol=1e-12)
    np.testing.assert_allclose(a.grad, in_a)
    assert not c.grad[[3, 4]].any()  # not in the batch


@pytest.mark.parametrize('n', [6, 1])
def test_rule_is_weighted_by_the_attention(n):
    module = build(rate=0.3)
    x, y, maps = batch(n)
    c = module.centers.weight.numpy().copy()
    a = module.attention(maps).detach().numpy()  # in training mode, as below
    loss = module(x, y, maps)
    np.testing.assert_allclose(loss.item(), 0.6 * reference(X[:n], Y[:n], c, a)[0], rtol=1e-4)
    for j in range(5):
        own = Y[:n] == j
        delta = (a[own] * (c[j] - X[:n][own])).sum(0) / (1 + own.sum())
        np.testing.assert_allclose(module.centers.weight[j], c[j] - 0.3 * delta, rtol=1e-4)
        assert own.any() or (module.centers.weight[j].numpy() == c[j]).all()


@pytest.mark.parametrize('update', ['rule', 'gradient'])
@pytest.mark.parametrize('n', [6, 1])
def test_every_parameter_learns(update, n):
    module = build(update=update)
    x, y, maps = batch(n)
    module(x, y, maps).backward()
    named = dict(module.named_parameters())
    assert ('centers.weight' in named) == (update == 'gradient')
    for name, tensor in [*named.items(), ('x', x), ('maps', maps)]:
        assert tensor.grad is not None and tensor.grad.isfinite().all(), name
    assert module.attention.heads.weight.grad.any() and maps.grad.any()


def test_centers_do_not_move_in_eval_mode():
    module = build().eval()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    module(*batch())
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())


def test_bfloat16_is_computed_in_float32():
    module, same = build(), build()
    x, y, maps = batch(dtype=torch.bfloat16)
    with torch.autocast('cpu', torch.bfloat16):
        loss = module(x, y, maps)
    expected = same(x.float(), y, maps.float())
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(module.centers.weight, same.centers.weight)
    loss.backward()
    assert maps.grad.isfinite().all()


def test_wrong_shapes():
    x, y, maps = batch()
    with pytest.raises(ValueError, match=r'attention has the shape \(6, 3\) and features \(6, 4'):
        self_adaptive_deep_center_loss(x, y, torch.tensor(C), torch.tensor(A[:, :3]))
    with pytest.raises(ValueError, match='first output is the map'):
        build()(x, y, x)
