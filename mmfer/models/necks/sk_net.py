"""Selective kernels as channel attention (paper 000, section 2.2)."""

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.models.batch_norm import BatchNorm2d
from mmfer.registry import MODELS


def selective_kernel(
    dilated: Tensor, grouped: Tensor, dilated_scores: Tensor, grouped_scores: Tensor
) -> Tensor:
    """V of eq. 4-7: the weighted sum of two branches, with a + b = 1 for each channel.

    Args:
        dilated: U~, (N, C, H, W).
        grouped: U^, (N, C, H, W).
        dilated_scores: A z, (N, C).
        grouped_scores: B z, (N, C).

    Returns:
        (N, C, H, W).
    """
    # The softmax over two scores is the sigmoid of their difference.
    a = (dilated_scores - grouped_scores).sigmoid()[..., None, None]
    return a * dilated + (1 - a) * grouped


@MODELS.register_module()
class SKNet(BaseModule):
    """A soft choice between two receptive fields for every channel (eq. 4-7).

    U~ is the output of a 3x3 convolution with dilation 2 (a field of 5x5), U^ the output of a plain
    3x3 convolution; both are grouped, with batch norm and ReLU. s is the global average of U = U~ +
    U^, and z = ReLU(BN(fc(s))) has the width max(C / reduction, min_channels). Groups and widths
    follow Li et al. 2019, the source of this part; the paper does not print them.

    In training, a batch of one image has one value per channel in s, which batch norm cannot
    normalize; batch norm then uses its running statistics.

    Args:
        in_channels: Channels C of the map.
        groups: Groups of both 3x3 convolutions.
        reduction: Factor by which z is narrower than s.
        min_channels: Minimum width of z.

    Raises:
        ValueError: If ``groups`` does not divide ``in_channels``.

    Example:
        >>> neck = [dict(type='HDAM', in_channels=512), dict(type='FeaturePooling')]
    """

    def __init__(
        self, in_channels: int, groups: int = 32, reduction: int = 16, min_channels: int = 32
    ) -> None:
        super().__init__()
        if in_channels % groups:
            raise ValueError(f'groups={groups} must divide in_channels={in_channels}.')
        self.dilated = self._branch(in_channels, groups, dilation=2)
        self.grouped = self._branch(in_channels, groups, dilation=1)
        width = max(in_channels // reduction, min_channels)
        self.squeeze = nn.Sequential(
            nn.Conv2d(in_channels, width, 1, bias=False), BatchNorm2d(width), nn.ReLU(inplace=True)
        )
        self.dilated_scores = nn.Linear(width, in_channels, bias=False)
        self.grouped_scores = nn.Linear(width, in_channels, bias=False)

    @staticmethod
    def _branch(channels: int, groups: int, dilation: int) -> nn.Sequential:
        conv = nn.Conv2d(
            channels, channels, 3, padding=dilation, dilation=dilation, groups=groups, bias=False
        )
        return nn.Sequential(conv, BatchNorm2d(channels), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """X_in (N, C, H, W) -> V (N, C, H, W)."""
        dilated, grouped = self.dilated(x), self.grouped(x)
        z = self.squeeze((dilated + grouped).mean((2, 3), keepdim=True)).flatten(1)
        return selective_kernel(dilated, grouped, self.dilated_scores(z), self.grouped_scores(z))
