import numpy as np
import pytest
import torch

from mmfer.faces.detection.landmark_network import InvertedResidual, LandmarkNetwork, soft_argmax


def test_soft_argmax_is_the_mean_position_under_the_softmax():
    heat = torch.randn(2, 3, 4, 6, generator=torch.Generator().manual_seed(0))
    points, share = soft_argmax(heat)
    weights = np.exp(heat.numpy())
    weights /= weights.sum(axis=(2, 3), keepdims=True)
    np.testing.assert_allclose(share, weights, atol=1e-6)
    for n in range(2):
        for k in range(3):
            x = sum(weights[n, k, :, j].sum() * (j + 0.5) / 6 for j in range(6))
            y = sum(weights[n, k, i].sum() * (i + 0.5) / 4 for i in range(4))
            np.testing.assert_allclose(points[n, k], [x, y], atol=1e-6)


def test_a_peak_is_the_center_of_its_cell():
    heat = torch.full((1, 1, 4, 4), -100.0)
    heat[0, 0, 1, 3] = 100
    np.testing.assert_allclose(soft_argmax(heat)[0][0, 0], [3.5 / 4, 1.5 / 4], atol=1e-6)


@pytest.mark.parametrize(('channels', 'stride', 'adds'), [(8, 1, True), (8, 2, False)])
def test_the_shortcut_adds_the_input(channels, stride, adds):
    block = InvertedResidual(8, channels, stride, expansion=2).eval()
    torch.nn.init.zeros_(block.body[-1].weight)
    x = torch.randn(1, 8, 6, 6)
    expected = x if adds else torch.zeros(1, 8, 3, 3)
    torch.testing.assert_close(block(x), expected)


@pytest.mark.parametrize('size', [64, 112])
def test_shapes_and_ranges(size):
    network = LandmarkNetwork().eval()
    points, logits, share = network(torch.randn(2, 3, size, size))
    assert points.shape == (2, 68, 2) and logits.shape == (2, 68)
    assert share.shape == (2, 68, size // 4, size // 4)
    torch.testing.assert_close(share.sum(dim=(2, 3)), torch.ones(2, 68))
    assert (points > 0).all() and (points < 1).all()


def test_visibility_is_read_where_the_heat_map_is():
    """The logit of a point follows the features under its heat map."""
    network = LandmarkNetwork().eval()
    torch.nn.init.zeros_(network.seen_at_all.weight)
    torch.nn.init.zeros_(network.seen_at_all.bias)
    network.seen_there.data.normal_()
    found = {}
    network.merge[0].register_forward_hook(lambda *args: found.update(top=args[2]))
    _, logits, share = network(torch.randn(1, 3, 64, 64))
    under = np.einsum('khw,chw->kc', share[0].detach(), found['top'][0].detach())
    expected = (under * network.seen_there.detach().numpy()).sum(axis=1)
    np.testing.assert_allclose(logits[0].detach(), expected, rtol=1e-4, atol=1e-5)


def test_the_network_is_small():
    assert sum(p.numel() for p in LandmarkNetwork().parameters()) < 1_000_000
