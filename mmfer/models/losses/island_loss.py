"""Island loss (Cai et al. 2018), a baseline in table 3 of paper 000."""

from torch import Tensor, nn

from mmfer.models.losses.center_loss import center_loss
from mmfer.models.losses.centers import Centers, center_similarity
from mmfer.models.losses.feature_scale import check_scale, scale_features
from mmfer.registry import MODELS


def island_loss(
    features: Tensor, labels: Tensor, centers: Tensor, island_weight: float = 10.0
) -> Tensor:
    """The center loss plus the weighted sum of 1 + cos(c_j, c_k) over all ordered pairs of centers.

    Args:
        features: x, (N, D).
        labels: y, (N,).
        centers: c, (C, D).
        island_weight: Weight of the second term, lambda_1 of Cai et al.

    Returns:
        A scalar.

    Raises:
        ValueError: If the shapes do not fit or a label is out of range.
    """
    return center_loss(features, labels, centers) + island_weight * center_similarity(centers)


@MODELS.register_module()
class IslandLoss(nn.Module):
    """Pull the features of a class together and push the centers apart (Cai et al. 2018).

    A loss on features for :class:`FeatureLossHead`, computed in float32. With ``update='rule'``
    the second term moves the centers by its gradient divided by 2 (C - 1), as in Cai et al.

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the features.
        loss_weight: Weight of the loss, relative to the loss on the scores.
        island_weight: Weight of the second term.
        update, rate, start: See :class:`Centers`.
        scale: Scale of the features, see :func:`scale_features`; the centers have the same scale.

    Raises:
        ValueError: If an option is unknown.

    Example:
        >>> head = dict(
        ...     type='FeatureLossHead', num_classes=7, in_channels=512,
        ...     feature_losses=[dict(type='IslandLoss', num_classes=7, in_channels=512)])
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        loss_weight: float = 0.01,
        island_weight: float = 10.0,
        update: str = 'rule',
        rate: float = 0.5,
        start: str = 'random',
        scale: str = 'none',
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.island_weight = island_weight
        self.centers = Centers(num_classes, in_channels, update, rate, start)
        self.scale = check_scale(scale)

    def forward(
        self, features: Tensor, labels: Tensor, feature_map: Tensor | None = None
    ) -> Tensor:
        """The weighted loss of features (N, D) with labels (N,): a scalar."""
        features = scale_features(features, self.scale)
        self.centers.begin(features, labels)
        loss = island_loss(features, labels, self.centers.weight, self.island_weight)
        self.centers.step(features, labels, repulsion=self._repulsion)
        return self.loss_weight * loss

    def _repulsion(self, centers: Tensor) -> Tensor:
        return self.island_weight * center_similarity(centers) / max(1, 2 * (len(centers) - 1))
