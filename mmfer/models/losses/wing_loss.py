"""The wing loss for landmarks."""

import math

import torch
from torch import Tensor, nn

from mmfer.registry import MODELS


def wing_loss(error: Tensor, width: float = 5.0, curvature: float = 1.0) -> Tensor:
    """The wing function of each error: steeper than a parabola near 0, linear beyond ``width``.

    Feng et al., "Wing loss for robust facial landmark localisation with convolutional neural
    networks" (CVPR 2018), eq. 5: w ln(1 + |x| / e) if |x| < w, else |x| - C, with C such that both
    parts meet.

    Args:
        error: Any shape, in pixels.
        width: w, the error at which the linear part begins, in pixels.
        curvature: e, in pixels.
    """
    distance = error.abs()
    offset = width - width * math.log1p(width / curvature)
    near = width * torch.log1p(distance / curvature)
    return torch.where(distance < width, near, distance - offset)


@MODELS.register_module()
class WingLoss(nn.Module):
    """The mean of :func:`wing_loss` over all coordinates.

    Args:
        width: The error at which the linear part begins, in pixels.
        curvature: e of the paper, in pixels.

    Raises:
        ValueError: If an option is not above 0.

    Example:
        >>> loss_points = dict(type='WingLoss', width=5.0, curvature=1.0)
    """

    def __init__(self, width: float = 5.0, curvature: float = 1.0) -> None:
        super().__init__()
        if width <= 0 or curvature <= 0:
            raise ValueError(
                f'WingLoss(width={width}, curvature={curvature}): give two numbers above 0.'
            )
        self.width, self.curvature = width, curvature

    def forward(self, predicted: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """The loss of points (..., 2) in pixels; ``weight`` (...) weighs the points in the mean."""
        each = wing_loss(predicted - target, self.width, self.curvature)
        if weight is None:
            return each.mean()
        return (each.mean(-1) * weight).sum() / weight.sum()
