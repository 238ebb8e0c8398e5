"""STSTNet: a shallow network for the motion of a micro-expression (Liong et al. 2019)."""

from collections.abc import Sequence

import torch
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import Tensor, nn

from mmfer.registry import MODELS


@MODELS.register_module()
class STSTNet(BaseBackbone):
    """Three parallel convolutions with 3, 5 and 8 filters, pooled and joined: 0.5 k parameters.

    After Liong et al., "Shallow Triple Stream Three-dimensional CNN (STSTNet) for micro-expression
    recognition", 2019: each stream is a 3 x 3 convolution, ReLU, dropout and a max pooling of 3 x
    3; the joined streams are averaged to 5 x 5, for an input of 28 x 28 over 2 x 2. That makes 16 x
    5 x 5 = 400 features. The input is normalized by a batch norm, as motions have no common scale.

    Args:
        in_channels: Channels of the input, 3 for :class:`MotionInput` with ``'flow+strain'``.
        filters: Filters of each stream.
        dropout: Share of the outputs of each convolution that is dropped in training.
        init_cfg: See mmengine's ``BaseModule``.

    Raises:
        ValueError: If a number of channels or filters is below 1.

    Example:
        >>> model = dict(
        ...     type='ImageClassifier', backbone=dict(type='STSTNet', in_channels=3),
        ...     head=dict(type='LinearClsHead', num_classes=5, in_channels=400))
    """

    def __init__(
        self,
        in_channels: int = 3,
        filters: Sequence[int] = (3, 5, 8),
        dropout: float = 0.0,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        if not filters or min([in_channels, *filters]) < 1:
            raise ValueError(
                f'STSTNet: in_channels={in_channels} and filters={tuple(filters)} must be at least '
                '1, and there must be a stream.'
            )
        super().__init__(init_cfg)
        self.norm = nn.BatchNorm2d(in_channels)
        self.streams = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(in_channels, count, 3, padding=1),
                nn.ReLU(),
                nn.Dropout(dropout),
                nn.MaxPool2d(3, 3, padding=1),
            )
            for count in filters
        )
        self.pool = nn.AdaptiveAvgPool2d(5)

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Motions (N, C, H, W) -> (features (N, 25 * filters),)."""
        x = self.norm(x)
        joined = torch.cat([stream(x) for stream in self.streams], dim=1)
        return (self.pool(joined).flatten(1),)
