"""VGG-16 with batch norm, up to its last feature map (paper 001, section 2.1)."""

from collections.abc import Iterator

from mmcv.cnn import ConvModule
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import Tensor, nn

from mmfer.registry import MODELS

STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and number of convolutions of each stage."""
NORMS = ('all', 'first', 'none')


@MODELS.register_module()
class VGGBN16(BaseBackbone):
    """The thirteen convolutions of VGG-16 with batch norm: 14.7 M parameters at full width.

    The layers are named as in mmpretrain's ``VGG``. Its weights with batch norm fit for
    ``width=1``, ``norm='all'`` and any ``num_pools``.

    Args:
        norm: Convolutions with a batch norm: ``'all'``, so that every convolution can be pruned by
            its scales; ``'first'``, the first of each stage, as in the paper; or ``'none'``, the
            plain VGG-16.
        width: Factor of the numbers of channels, 64, 128, 256, 512 and 512.
        num_pools: Number of max poolings, each of which halves the map: one after each of the first
            ``num_pools`` stages. The map is 7x7 for images of 224 pixels with 5 poolings, and for
            images of 112 pixels with 4.
        init_cfg: See mmengine's ``BaseModule``.

    Raises:
        ValueError: If ``norm`` is unknown, ``num_pools`` is not 0 to 5, or ``width`` leaves no
            channel.

    Example:
        >>> backbone = dict(type='VGGBN16', width=0.25, num_pools=4)
    """

    def __init__(
        self,
        norm: str = 'all',
        width: float = 1.0,
        num_pools: int = len(STAGES),
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        if norm not in NORMS:
            raise ValueError(f"VGGBN16: norm='{norm}' must be one of {', '.join(NORMS)}.")
        if not 0 <= num_pools <= len(STAGES):
            raise ValueError(f'VGGBN16: num_pools={num_pools} must be 0 to {len(STAGES)}.')
        if round(STAGES[0][0] * width) < 1:
            raise ValueError(f'VGGBN16: width={width} leaves no channel: give a larger one.')
        super().__init__(
            init_cfg
            or [
                dict(type='Kaiming', layer=['Conv2d']),
                dict(type='Constant', val=1.0, layer=['_BatchNorm']),
            ]
        )
        self.features = nn.Sequential(*_layers(norm, width, num_pools))

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Images (N, 3, H, W) -> (the last map (N, 512 * width, H / 32, W / 32),)."""
        return (self.features(x),)


def _layers(norm: str, width: float, num_pools: int) -> Iterator[nn.Module]:
    in_channels = 3
    for stage, (full_width, depth) in enumerate(STAGES):
        channels = round(full_width * width)
        for i in range(depth):
            norm_cfg = dict(type='BN') if norm == 'all' or (norm, i) == ('first', 0) else None
            yield ConvModule(in_channels, channels, 3, padding=1, bias=True, norm_cfg=norm_cfg)
            in_channels = channels
        yield nn.MaxPool2d(2) if stage < num_pools else nn.Identity()
