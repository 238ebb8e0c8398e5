"""Divergence between heat maps and Gaussians around the true points."""

import torch
from torch import Tensor


def gaussian_maps(points: Tensor, height: int, width: int, sigma: float) -> Tensor:
    """Gaussians around points, normalized to sum 1.

    Args:
        points: (N, K, 2), x and y as fractions of the width and height of the map.
        height: Rows.
        width: Columns.
        sigma: Standard deviation in cells.

    Returns:
        (N, K, height, width); each map sums to 1.
    """
    x, y = (
        -((points[..., axis, None] * n - torch.arange(n, device=points.device) - 0.5) ** 2)
        / (2 * sigma**2)
        for axis, n in enumerate((width, height))
    )
    return y.softmax(dim=-1)[..., :, None] * x.softmax(dim=-1)[..., None, :]


def heat_map_divergence(share: Tensor, points: Tensor, sigma: float = 1.0) -> Tensor:
    """The Jensen-Shannon divergence between heat maps and Gaussians around the true points.

    Nibali, He, Morgan and Prendergast, "Numerical coordinate regression with convolutional neural
    networks" (2018), eq. 10.

    Args:
        share: Heat maps (N, K, h, w); each sums to 1.
        points: True points (N, K, 2), x and y as fractions of the width and height of the map.
        sigma: Standard deviation of the Gaussians in cells.

    Returns:
        (N, K), from 0 to ln 2.
    """
    height, width = share.shape[-2:]
    target = gaussian_maps(points, height, width, sigma)
    middle = (share + target) / 2

    def divergence(p: Tensor) -> Tensor:
        return (p * ((p + 1e-12).log() - (middle + 1e-12).log())).sum(dim=(2, 3))

    return (divergence(share) + divergence(target)) / 2
