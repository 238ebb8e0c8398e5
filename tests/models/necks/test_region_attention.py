import numpy as np
import torch

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS

torch.set_num_threads(1)


def convolve(x, weight, bias):
    """A 3x3 convolution of (N, C, h, w) with zero padding, position by position."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.empty((len(x), len(weight), *x.shape[2:]))
    for n, k, i, j in np.ndindex(*out.shape):
        out[n, k, i, j] = (weight[k] * padded[n, :, i : i + 3, j : j + 3]).sum() + bias[k]
    return out


def test_formula():
    torch.manual_seed(0)
    neck = MODELS.build(dict(type='RegionAttention', in_channels=4, hidden_channels=3)).double()
    x = 3 * torch.randn(2, 4, 5, 6, dtype=torch.float64)
    attention, weighted = neck((torch.randn(2, 8, 10, 12), x))
    w1, b1, w2, b2 = (p.detach().numpy() for p in neck.parameters())
    z = convolve(np.tanh(convolve(x.numpy(), w1, b1)), w2, b2)
    expected = 1 / (1 + np.exp(-z))
    assert attention.shape == (2, 1, 5, 6)
    np.testing.assert_allclose(attention.detach(), expected)
    np.testing.assert_allclose(weighted.detach(), expected * x.numpy())
    assert expected.std() > 0.01


def test_before_pooling():
    chain = [
        MODELS.build(dict(type='RegionAttention', in_channels=16)),
        MODELS.build(dict(type='FeaturePooling', in_channels=16)),
    ]
    x = torch.randn(2, 16, 7, 7)
    attention, weighted = chain[0]((x,))
    vector = chain[1]((attention, weighted))[-1]
    torch.testing.assert_close(vector, (attention * x).mean((2, 3)))


def test_the_attention_trains_and_has_the_size_in_the_design():
    neck = MODELS.build(dict(type='RegionAttention', in_channels=512))
    assert sum(p.numel() for p in neck.parameters()) == 512 * 9 * 128 + 128 + 128 * 9 + 1
    x = torch.randn(1, 512, 2, 2, requires_grad=True)
    neck((x,))[1].square().sum().backward()
    for tensor in (x, *neck.parameters()):
        assert tensor.grad.isfinite().all() and tensor.grad.any()
