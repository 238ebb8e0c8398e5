"""Spatial global attention (paper 000, section 2.2)."""

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.registry import MODELS


def spatial_global_attention(gate: Tensor, query: Tensor, key: Tensor) -> Tensor:
    """J^T I with J of eq. 3: one weight for each position.

    J = softmax(c^T d) relates every position to every other, so time and memory grow with the
    square of H * W: cheap at 7x7, expensive for large maps. The paper does not name the axis of the
    softmax; here it is the last axis, so that the rows of J sum to 1.

    Args:
        gate: I, (N, 1, H, W).
        query: c, (N, 1, H, W).
        key: d, (N, 1, H, W).

    Returns:
        (N, 1, H, W).
    """
    relation = (query.flatten(2).transpose(1, 2) @ key.flatten(2)).softmax(-1)
    return (gate.flatten(2) @ relation).view_as(gate)


@MODELS.register_module()
class SGANet(BaseModule):
    """Weights for the positions of a map, computed from all positions (eq. 2-3).

    I = sigmoid(conv7x7[average over channels; maximum over channels]) rates single positions, and J
    relates positions to each other; the map is multiplied by J^T I. See
    :func:`spatial_global_attention` for the cost.

    Args:
        in_channels: Channels C of the map.
        kernel_size: Kernel size of the convolution of eq. 2, odd.

    Raises:
        ValueError: If ``kernel_size`` is even.

    Example:
        >>> neck = [dict(type='HDAM', in_channels=512), dict(type='FeaturePooling')]
    """

    def __init__(self, in_channels: int, kernel_size: int = 7) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f'SGANet: kernel_size={kernel_size} must be odd.')
        self.gate = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2)
        self.query = nn.Conv2d(in_channels, 1, 1)
        # No bias, because it would add a constant to each row of the softmax.
        self.key = nn.Conv2d(in_channels, 1, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """X_in (N, C, H, W) -> the weighted map (N, C, H, W)."""
        pooled = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], dim=1)
        gate = self.gate(pooled).sigmoid()
        return x * spatial_global_attention(gate, self.query(x), self.key(x))
