import numpy as np
import pytest
import torch

from mmfer.models.necks import SKNet, selective_kernel


def batch_norm(x, w, name):
    """With the statistics of the batch, over all axes except channels."""
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    scale, shift = w[f'{name}.weight'], w[f'{name}.bias']
    return (x - mean) / np.sqrt(var + 1e-5) * scale[:, None, None] + shift[:, None, None]


def grouped_convolution(x, weight, groups, dilation):
    n, channels, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (dilation, dilation), (dilation, dilation)))
    out = np.zeros_like(x)
    size = channels // groups
    for o in range(channels):
        first = o // size * size
        for i in range(size):
            for dy in range(3):
                for dx in range(3):
                    ys, xs = dy * dilation, dx * dilation
                    part = padded[:, first + i, ys : ys + height, xs : xs + width]
                    out[:, o] += weight[o, i, dy, dx] * part
    return out


def select(dilated, grouped, scores_a, scores_b):
    """Eq. 4-7."""
    total = np.exp(scores_a) + np.exp(scores_b)
    a, b = np.exp(scores_a) / total, np.exp(scores_b) / total
    channels = [
        a[:, c, None, None] * dilated[:, c] + b[:, c, None, None] * grouped[:, c]
        for c in range(dilated.shape[1])
    ]
    return np.stack(channels, axis=1)


def test_equations_4_to_7():
    rng = np.random.default_rng(0)
    dilated, grouped = rng.normal(size=(2, 3, 4, 5, 6))
    scores_a, scores_b = rng.normal(size=(2, 3, 4))
    out = selective_kernel(*map(torch.from_numpy, (dilated, grouped, scores_a, scores_b)))
    np.testing.assert_allclose(out, select(dilated, grouped, scores_a, scores_b), rtol=1e-10)


def test_large_scores_choose_a_branch():
    dilated, grouped = torch.randn(2, 1, 3, 2, 2)
    high = torch.full((1, 3), 1e4)
    torch.testing.assert_close(selective_kernel(dilated, grouped, high, -high), dilated)
    torch.testing.assert_close(selective_kernel(dilated, grouped, -high, high), grouped)


def test_equals_the_equations():
    torch.manual_seed(0)
    net = SKNet(8, groups=2, reduction=2, min_channels=3).train()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.weight)
            torch.nn.init.normal_(module.bias)
    x = torch.randn(3, 8, 5, 4)
    out = net(x).detach()
    w = {name: value.detach().double().numpy() for name, value in net.named_parameters()}
    maps = x.double().numpy()
    branches = []
    for name, dilation in (('dilated', 2), ('grouped', 1)):
        convolved = grouped_convolution(maps, w[f'{name}.0.weight'], 2, dilation)
        branches.append(np.maximum(batch_norm(convolved, w, f'{name}.1'), 0))
    s = sum(branches).mean(axis=(2, 3))
    z = (s @ w['squeeze.0.weight'][:, :, 0, 0].T)[..., None, None]
    z = np.maximum(batch_norm(z, w, 'squeeze.1'), 0)[:, :, 0, 0]
    assert z.shape[1] == 4
    expected = select(*branches, z @ w['dilated_scores.weight'].T, z @ w['grouped_scores.weight'].T)
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('shape', [(1, 32, 7, 7), (1, 32, 1, 1), (4, 32, 1, 1)])
def test_a_batch_of_one_trains(shape):
    net = SKNet(32).train()
    before = {name: value.clone() for name, value in net.named_buffers()}
    out = net(torch.randn(shape))
    assert out.shape == shape and out.isfinite().all()
    out.square().sum().backward()
    assert all(p.grad.isfinite().all() for p in net.parameters())
    kept = torch.equal(before['squeeze.1.running_mean'], net.squeeze[1].running_mean)
    assert kept == (shape[0] == 1)


def test_an_image_has_equal_outputs_alone_and_in_a_batch():
    net = SKNet(32)
    x = torch.randn(5, 32, 3, 3)
    net.train()(x)
    net.eval()
    torch.testing.assert_close(net(x)[2:3], net(x[2:3]))


def test_widths():
    assert SKNet(1024, reduction=16).squeeze[0].out_channels == 64
    assert SKNet(64).squeeze[0].out_channels == 32
    with pytest.raises(ValueError, match='groups=32 must divide in_channels=40'):
        SKNet(40)
