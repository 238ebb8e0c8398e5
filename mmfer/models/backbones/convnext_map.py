"""ConvNeXt up to its last feature map."""

from typing import Any

from mmpretrain.models.backbones import ConvNeXt
from torch import nn

from mmfer.registry import MODELS


@MODELS.register_module()
class ConvNeXtMap(ConvNeXt):
    """mmpretrain's ConvNeXt without the final pooling and norm, which :class:`FeaturePooling` adds.

    Followed by ``FeaturePooling(norm=dict(type='LN', eps=1e-6))``, it equals the plain ConvNeXt.

    Args:
        arch: ``'tiny'``, ``'base'``, ... or a dict of ``depths`` and ``channels``, a number per
            stage.
        **options: Options of mmpretrain's ``ConvNeXt``, except ``gap_before_final_norm``.

    Example:
        >>> backbone = dict(type='ConvNeXtMap', arch='base', drop_path_rate=0.25)
        >>> neck = dict(
        ...     type='FeaturePooling', in_channels=1024, norm=dict(type='LN', eps=1e-6))
    """

    def __init__(self, arch: str | dict = 'tiny', **options: Any) -> None:
        super().__init__(arch, gap_before_final_norm=False, **options)
        for i in self.out_indices:
            setattr(self, f'norm{i}', nn.Identity())
