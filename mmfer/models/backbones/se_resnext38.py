"""SE-ResNeXt with the numbers of blocks of table 1 of paper 004."""

from typing import Any

from mmpretrain.models.backbones import SEResNeXt
from mmpretrain.models.backbones.seresnext import SEBottleneck

from mmfer.registry import MODELS


@MODELS.register_module()
class SEResNeXt38(SEResNeXt):
    """SE-ResNeXt with three blocks in each stage, as table 1 of paper 004 prints it.

    The paper calls its network SE-ResNeXt-50, which has 3, 4, 6 and 3 blocks, but its table 1 lists
    3, 3, 3 and 3, which makes 38 layers.

    Args:
        **options: See mmpretrain's ``SEResNeXt``, without ``depth``.

    Example:
        >>> backbone = dict(type='SEResNeXt38', groups=32, width_per_group=4, se_ratio=16)
    """

    arch_settings = {38: (SEBottleneck, (3, 3, 3, 3))}  # noqa: RUF012

    def __init__(self, **options: Any) -> None:
        super().__init__(depth=38, **options)
