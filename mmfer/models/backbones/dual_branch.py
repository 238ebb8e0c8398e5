"""Two backbones side by side (paper 000, section 2.1)."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.registry import MODELS


@MODELS.register_module()
class DualBranch(BaseModule):
    """The sum X_in of the last maps of two backbones, a local and a global one.

    A map whose number of channels is not ``out_channels`` passes a 1x1 convolution (``align1``,
    ``align2``; the paper does not say how 768 channels become 512). If the second map differs in
    height or width, it is interpolated to the size of the first map.

    One branch may be None; the other branch then works alone, at the same width: rows 1 and 2 of
    table 2. Forward hooks on ``branch1`` and ``branch2`` give the maps of each branch (figure 2).

    Args:
        branch1: Config of any backbone, or None.
        branch2: Config of any backbone, or None.
        in_channels: Channels of the last map of each branch.
        out_channels: Channels C of X_in; None takes the channels of the first branch.
        init_cfg: See mmengine's ``BaseModule``. The config of a branch names its pretrained
            weights.

    Raises:
        ValueError: If both branches are None, ``in_channels`` are not two numbers, or, in forward,
            the last output of a branch is not a map of ``in_channels`` channels.

    Example:
        >>> backbone = dict(
        ...     type='DualBranch',
        ...     branch1=dict(
        ...         type='ResNet', depth=18,
        ...         init_cfg=dict(type='Pretrained', checkpoint='resnet18.pth')),
        ...     branch2=dict(type='SwinTransformer', arch='tiny'),
        ...     in_channels=(512, 768))
    """

    def __init__(
        self,
        branch1: dict | None,
        branch2: dict | None,
        in_channels: Sequence[int] = (512, 768),
        out_channels: int | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if branch1 is None and branch2 is None:
            raise ValueError('DualBranch needs branch1 or branch2: both are None.')
        if len(in_channels) != 2:
            raise ValueError(
                f'DualBranch: in_channels={in_channels} must be two widths, one for each branch.'
            )
        self.in_channels = tuple(in_channels)
        self.out_channels = self.in_channels[0] if out_channels is None else out_channels
        self.branch1 = None if branch1 is None else MODELS.build(branch1)
        self.branch2 = None if branch2 is None else MODELS.build(branch2)
        self.align1 = None if branch1 is None else self._align(self.in_channels[0])
        self.align2 = None if branch2 is None else self._align(self.in_channels[1])

    def _align(self, channels: int) -> nn.Module:
        if channels == self.out_channels:
            return nn.Identity()
        return nn.Conv2d(channels, self.out_channels, 1)

    def forward(self, inputs: Tensor) -> tuple[Tensor]:
        """Images (N, 3, H, W) -> (X_in (N, C, h, w),)."""
        maps = []
        for index in (1, 2):
            branch, align = getattr(self, f'branch{index}'), getattr(self, f'align{index}')
            if branch is not None:
                maps.append(align(self._checked(branch(inputs)[-1], index)))
        first, *others = maps
        for other in others:
            if other.shape[2:] != first.shape[2:]:
                other = F.interpolate(other, first.shape[2:], mode='bilinear', align_corners=False)
            first = first + other
        return (first,)

    def _checked(self, feature_map: Tensor, index: int) -> Tensor:
        channels = self.in_channels[index - 1]
        if feature_map.ndim != 4 or feature_map.size(1) != channels:
            raise ValueError(
                f'The last output of branch{index} has the shape {tuple(feature_map.shape)}; '
                f'DualBranch expects (N, {channels}, H, W). Set in_channels to the width of the '
                'last map of each branch, and choose out_indices and out_type that give a map; of '
                'ConvNeXt, ConvNeXtMap gives it.'
            )
        return feature_map
