"""A neck."""

import torch

from mmfer.registry import MODELS


@MODELS.register_module()
class MaxPooling(torch.nn.Module):
    """Maximum over the positions of each map: (N, C, H, W) -> (N, C).

    Example:
        >>> neck = dict(type='MaxPooling')
    """

    def forward(self, maps: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        """Pool the maps of all levels."""
        return tuple(level.amax((2, 3)) for level in maps)
