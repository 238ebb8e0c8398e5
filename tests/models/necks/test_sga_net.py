import numpy as np
import pytest
import torch
from scipy.ndimage import correlate
from scipy.special import softmax

from mmfer.models.necks import SGANet, spatial_global_attention


def weights_in_numpy(gate, c, d):
    """J of eq. 3 position by position, then J^T I."""
    n, _, height, width = gate.shape
    out = np.zeros((n, height * width))
    for i in range(n):
        cs, ds, gates = c[i].reshape(-1), d[i].reshape(-1), gate[i].reshape(-1)
        for row in range(height * width):
            out[i] += gates[row] * softmax(cs[row] * ds)
    return out.reshape(n, 1, height, width)


def test_equation_3():
    rng = np.random.default_rng(0)
    gate, c, d = rng.normal(size=(3, 2, 1, 3, 4))
    out = spatial_global_attention(*map(torch.from_numpy, (gate, c, d)))
    np.testing.assert_allclose(out, weights_in_numpy(gate, c, d), rtol=1e-10)


def test_a_constant_gate_is_not_a_constant_weight():
    """J^T, not J, is multiplied by I: with J, a constant gate would give constant weights."""
    gate = torch.ones(1, 1, 2, 2)
    out = spatial_global_attention(gate, torch.randn(1, 1, 2, 2), torch.randn(1, 1, 2, 2))
    assert out.std() > 1e-3
    torch.testing.assert_close(out.sum(), torch.tensor(4.0))


def test_equals_the_equations():
    torch.manual_seed(0)
    net = SGANet(5)
    x = torch.randn(2, 5, 8, 6)
    w = {name: value.detach().numpy() for name, value in net.named_parameters()}
    maps = x.numpy()
    gate = np.zeros((2, 1, 8, 6))
    for i in range(2):
        # Eq. 2: average first, maximum second; a convolution of torch is a correlation.
        for channel, pooled in enumerate((maps[i].mean(0), maps[i].max(0))):
            gate[i, 0] += correlate(pooled, w['gate.weight'][0, channel], mode='constant')
    gate = 1 / (1 + np.exp(-gate - w['gate.bias'][0]))
    c = np.einsum('oc,nchw->nohw', w['query.weight'][:, :, 0, 0], maps) + w['query.bias'][0]
    d = np.einsum('oc,nchw->nohw', w['key.weight'][:, :, 0, 0], maps)
    expected = maps * weights_in_numpy(gate, c, d)
    np.testing.assert_allclose(net(x).detach(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('shape', [(1, 8, 1, 1), (3, 8, 7, 7), (1, 8, 3, 5)])
def test_every_weight_learns_at_any_size(shape):
    net = SGANet(8).train()
    x = torch.randn(shape, requires_grad=True)
    out = net(x)
    assert out.shape == shape
    out.square().sum().backward()
    assert x.grad.isfinite().all()
    if shape[2] * shape[3] > 1:
        for name, parameter in net.named_parameters():
            assert parameter.grad.abs().sum() > 1e-6, name


def test_even_kernel():
    with pytest.raises(ValueError, match='kernel_size=4 must be odd'):
        SGANet(8, kernel_size=4)
