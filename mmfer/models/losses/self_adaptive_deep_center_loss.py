"""Self-adaptive deep center loss of MIFNet (paper 000, eq. 8-9)."""

import torch
from torch import Tensor, nn

from mmfer.models.losses.centers import Centers
from mmfer.models.losses.deep_attention_network import DeepAttentionNetwork
from mmfer.models.losses.feature_scale import check_scale, scale_features
from mmfer.models.losses.utils import check_features
from mmfer.registry import MODELS


def self_adaptive_deep_center_loss(
    features: Tensor, labels: Tensor, centers: Tensor, attention: Tensor
) -> Tensor:
    """1/(2N) sum a (x - c_y)^2, element by element (eq. 9).

    The paper prints a norm of each element; it means the square of the element.

    Args:
        features: x, (N, D).
        labels: y, (N,).
        centers: c, (C, D).
        attention: a, (N, D).

    Returns:
        A scalar.

    Raises:
        ValueError: If the shapes do not fit or a label is out of range.
    """
    check_features(features, labels, centers)
    if attention.shape != features.shape:
        raise ValueError(
            f'attention has the shape {tuple(attention.shape)} and features '
            f'{tuple(features.shape)}: give one weight for each element.'
        )
    return (attention * (features - centers[labels]).square()).sum() / (2 * len(features))


@MODELS.register_module()
class SelfAdaptiveDeepCenterLoss(nn.Module):
    """Pull the features of a class together, element by element, weighted by attention (eq. 8-14).

    A loss on features for :class:`FeatureLossHead`, computed in float32; it needs the map, too.
    With ``update='rule'``, an image moves the center of its class in proportion to its attention,
    divided by 1 + the number of images of the class, as in Farzaneh and Qi (2021), who introduced
    this loss. Eq. 9 has no term against attention near zero, which also lowers the loss.

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the features, and channels of the map.
        map_size: Height and width of the map; one number for both.
        loss_weight: gamma of eq. 8.
        hidden_channels: See :class:`DeepAttentionNetwork`.
        update, rate, start: See :class:`Centers`.
        scale: Scale of the features, see :func:`scale_features`; the centers have the same scale.

    Raises:
        ValueError: If an option is unknown.

    Example:
        >>> head = dict(
        ...     type='FeatureLossHead', num_classes=4, in_channels=512,
        ...     feature_losses=[dict(
        ...         type='SelfAdaptiveDeepCenterLoss', num_classes=4, in_channels=512,
        ...         map_size=7)])
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        map_size: int | tuple[int, int],
        loss_weight: float = 0.6,
        hidden_channels: tuple[int, int, int] = (256, 128, 64),
        update: str = 'rule',
        rate: float = 0.5,
        start: str = 'random',
        scale: str = 'none',
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.attention = DeepAttentionNetwork(in_channels, map_size, hidden_channels)
        self.centers = Centers(num_classes, in_channels, update, rate, start)
        self.scale = check_scale(scale)

    def forward(self, features: Tensor, labels: Tensor, feature_map: Tensor | None) -> Tensor:
        """The weighted loss of features (N, D), labels (N,) and map (N, D, H, W): a scalar.

        Raises:
            ValueError: If there is no map.
        """
        if feature_map is None:
            raise ValueError(
                'SelfAdaptiveDeepCenterLoss needs the feature map, but the neck returns none. Use '
                'a neck whose first output is the map, such as FeaturePooling.'
            )
        with torch.autocast(features.device.type, enabled=False):
            attention = self.attention(feature_map.float())
        features = scale_features(features, self.scale)
        self.centers.begin(features, labels)
        loss = self_adaptive_deep_center_loss(features, labels, self.centers.weight, attention)
        self.centers.step(features, labels, attention)
        return self.loss_weight * loss
