"""Center loss (Wen et al. 2016; paper 000, eq. 1; paper 002, eq. 9)."""

from torch import Tensor, nn

from mmfer.models.losses.centers import Centers
from mmfer.models.losses.feature_scale import check_scale, scale_features
from mmfer.models.losses.utils import check_features
from mmfer.registry import MODELS


def center_loss(features: Tensor, labels: Tensor, centers: Tensor) -> Tensor:
    """1/(2N) sum |x - c_y|^2 (paper 000, eq. 1; paper 002, eq. 9).

    Paper 000 prints a norm of each element; it means the norm of the vector.

    Args:
        features: x, (N, D).
        labels: y, (N,).
        centers: c, (C, D).

    Returns:
        A scalar.

    Raises:
        ValueError: If the shapes do not fit or a label is out of range.
    """
    check_features(features, labels, centers)
    return (features - centers[labels]).square().sum() / (2 * len(features))


@MODELS.register_module()
class CenterLoss(nn.Module):
    """Pull the features of a class together (paper 000, eq. 1; paper 002, eq. 9-10).

    A loss on features for :class:`FeatureLossHead`, computed in float32.

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the features.
        loss_weight: Weight of the loss, lambda of paper 002.
        update, rate, start: See :class:`Centers`.
        scale: Scale of the features, see :func:`scale_features`; the centers have the same scale.

    Raises:
        ValueError: If an option is unknown.

    Example:
        >>> head = dict(
        ...     type='FeatureLossHead', num_classes=7, in_channels=512,
        ...     feature_losses=[
        ...         dict(type='CenterLoss', num_classes=7, in_channels=512, loss_weight=0.01)])
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        loss_weight: float = 0.01,
        update: str = 'rule',
        rate: float = 0.5,
        start: str = 'random',
        scale: str = 'none',
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.centers = Centers(num_classes, in_channels, update, rate, start)
        self.scale = check_scale(scale)

    def forward(
        self, features: Tensor, labels: Tensor, feature_map: Tensor | None = None
    ) -> Tensor:
        """The weighted loss of features (N, D) with labels (N,): a scalar."""
        features = scale_features(features, self.scale)
        self.centers.begin(features, labels)
        loss = center_loss(features, labels, self.centers.weight)
        self.centers.step(features, labels)
        return self.loss_weight * loss
