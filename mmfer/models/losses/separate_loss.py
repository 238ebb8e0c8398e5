"""Separate loss (Li et al. 2019) as in paper 000: center and island loss with cosines."""

from torch import Tensor, nn

from mmfer.models.losses.centers import Centers, center_similarity, unit_vectors
from mmfer.models.losses.utils import check_features
from mmfer.registry import MODELS


def separate_loss(
    features: Tensor, labels: Tensor, centers: Tensor, separation_weight: float = 1.0
) -> Tensor:
    """Increase the cosines within a class and decrease the cosines between centers.

    The mean of 1 - cos(x, c_y) over the images, plus the weighted mean of 1 + cos(c_j, c_k) over
    all pairs of centers. Paper 000 describes the loss in words; the means and the weight are our
    choice.

    Args:
        features: x, (N, D); a vector of zeros has cosine 0 with every center.
        labels: y, (N,).
        centers: c, (C, D).
        separation_weight: Weight of the second term.

    Returns:
        A scalar.

    Raises:
        ValueError: If the shapes do not fit or a label is out of range.
    """
    check_features(features, labels, centers)
    cosines = (unit_vectors(features) * unit_vectors(centers)[labels]).sum(1)
    return (1 - cosines).mean() + separation_weight * _mean_similarity(centers)


def _mean_similarity(centers: Tensor) -> Tensor:
    return center_similarity(centers) / max(1, len(centers) * (len(centers) - 1))


@MODELS.register_module()
class SeparateLoss(nn.Module):
    """Separate the directions of the classes (Li et al. 2019).

    A loss on features for :class:`FeatureLossHead`, computed in float32. With ``update='rule'`` the
    rule is applied to the features divided by their lengths, and the second term moves the centers
    by its gradient (our choice).

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the features.
        loss_weight: Weight of the loss, relative to the loss on the scores.
        separation_weight: Weight of the second term.
        update, rate, start: See :class:`Centers`.

    Raises:
        ValueError: If an option is unknown.

    Example:
        >>> head = dict(
        ...     type='FeatureLossHead', num_classes=7, in_channels=512,
        ...     feature_losses=[dict(type='SeparateLoss', num_classes=7, in_channels=512)])
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        loss_weight: float = 1.0,
        separation_weight: float = 1.0,
        update: str = 'rule',
        rate: float = 0.5,
        start: str = 'random',
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.separation_weight = separation_weight
        self.centers = Centers(num_classes, in_channels, update, rate, start)

    def forward(
        self, features: Tensor, labels: Tensor, feature_map: Tensor | None = None
    ) -> Tensor:
        """The weighted loss of features (N, D) with labels (N,): a scalar."""
        features = features.float()
        self.centers.begin(unit_vectors(features), labels)
        loss = separate_loss(features, labels, self.centers.weight, self.separation_weight)
        self.centers.step(unit_vectors(features), labels, repulsion=self._repulsion)
        return self.loss_weight * loss

    def _repulsion(self, centers: Tensor) -> Tensor:
        return self.separation_weight * _mean_similarity(centers)
