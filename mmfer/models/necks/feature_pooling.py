"""Pooling of a feature map that also returns the map."""

from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.registry import MODELS


def last_map(feats: tuple[Tensor, ...]) -> Tensor:
    """The last output of a backbone, a map (N, C, H, W).

    Raises:
        ValueError: If the last output is not a map.
    """
    if feats[-1].ndim != 4:
        raise ValueError(
            f'The last output of the backbone has the shape {tuple(feats[-1].shape)}; a map '
            '(N, C, H, W) is needed. Take ConvNeXtMap for ConvNeXt, and out_type="featmap" for '
            'vision transformers.'
        )
    return feats[-1]


@MODELS.register_module()
class FeaturePooling(BaseModule):
    """Global average pooling that also returns the map, for losses that need the map.

    The input is a tuple whose last map has the shape (N, C, H, W), the output the tuple (map,
    vector (N, C)). The vector is last, so that every head of mmpretrain works after this neck.

    Args:
        in_channels: Channels C; needed with ``norm``.
        norm: Config of a norm of the pooled vector, as in ConvNeXt, or None.

    Raises:
        ValueError: If ``norm`` is given without ``in_channels``, or the backbone returns no map.

    Example:
        >>> neck = [
        ...     dict(type='HDAM', in_channels=512),
        ...     dict(type='FeaturePooling', in_channels=512, norm=dict(type='LN', eps=1e-6))]
    """

    def __init__(self, in_channels: int | None = None, norm: dict | None = None) -> None:
        super().__init__()
        if norm is None:
            self.norm: nn.Module = nn.Identity()
        elif in_channels is None:
            raise ValueError('FeaturePooling with norm needs in_channels, the width of the vector.')
        else:
            self.norm = build_norm_layer(norm, in_channels)[1]

    def forward(self, feats: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Feature maps, the last of shape (N, C, H, W) -> (last map, pooled vector (N, C))."""
        feature_map = last_map(feats)
        return feature_map, self.norm(feature_map.mean((2, 3)))
