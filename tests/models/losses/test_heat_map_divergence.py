import numpy as np
import pytest
import torch

from mmfer.models.losses import gaussian_maps, heat_map_divergence


def gaussian(x: float, y: float, height: int, width: int, sigma: float) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width] + 0.5
    square = (columns - x * width) ** 2 + (rows - y * height) ** 2
    bell = np.exp(-square / (2 * sigma**2))
    return bell / bell.sum()


def test_gaussians():
    points = torch.tensor([[[0.3, 0.6], [0.5, 0.5]]], dtype=torch.float64)
    maps = gaussian_maps(points, 7, 9, 1.2)
    for found, (x, y) in zip(maps[0], points[0].numpy(), strict=True):
        np.testing.assert_allclose(found, gaussian(x, y, 7, 9, 1.2), atol=1e-9)


def test_equals_the_formula():
    generator = torch.Generator().manual_seed(0)
    share = torch.randn(2, 3, 6, 6, generator=generator, dtype=torch.float64)
    share = share.flatten(2).softmax(2).view_as(share)
    points = torch.rand(2, 3, 2, generator=generator, dtype=torch.float64)
    found = heat_map_divergence(share, points, 1.0)
    for n in range(2):
        for k in range(3):
            p, q = share[n, k].numpy(), gaussian(*points[n, k].numpy(), 6, 6, 1.0)
            m = (p + q) / 2
            expected = (np.sum(p * np.log(p / m)) + np.sum(q * np.log(q / m))) / 2
            assert found[n, k].item() == pytest.approx(expected, abs=1e-6)


def test_bounds():
    points = torch.tensor([[[0.25, 0.25]]])
    same = gaussian_maps(points, 16, 16, 1.0)
    assert heat_map_divergence(same, points).item() == pytest.approx(0, abs=1e-6)
    far = gaussian_maps(torch.tensor([[[0.95, 0.95]]]), 16, 16, 0.3)
    assert heat_map_divergence(far, points).item() == pytest.approx(np.log(2), abs=1e-3)


def test_gradients_are_finite_where_a_map_is_zero():
    share = torch.zeros(1, 1, 8, 8)
    share[0, 0, 0, 0] = 1
    share.requires_grad_()
    heat_map_divergence(share, torch.tensor([[[1.4, -0.3]]])).sum().backward()
    assert share.grad.isfinite().all()
