"""Contrastive loss (Hadsell et al. 2006), a baseline in table 3 of paper 000."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mmfer.models.losses.centers import unit_vectors
from mmfer.models.losses.utils import check_features
from mmfer.registry import MODELS


def contrastive_loss(features: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    """The mean over pairs of d^2 / 2 (same class) or max(0, margin - d)^2 / 2 (two classes).

    Args:
        features: (N, D); d is the distance between two rows.
        labels: (N,).
        margin: Distance beyond which images of two classes add nothing.

    Returns:
        A scalar; 0 for a batch of one image.

    Raises:
        ValueError: If the shapes do not fit.
    """
    check_features(features, labels)
    first, second = torch.triu_indices(len(labels), len(labels), 1, device=labels.device)
    distance = functional.pdist(features)
    loss = torch.where(labels[first] == labels[second], distance, (margin - distance).clamp(min=0))
    return loss.square().sum() / max(1, 2 * len(loss))


@MODELS.register_module()
class ContrastiveLoss(nn.Module):
    """Pull images of the same class together and push images of two classes apart, pair by pair.

    A loss on features for :class:`FeatureLossHead`, computed in float32. Pairs are formed in the
    batch of one rank. Paper 000 does not print the form; the margin and the scale of the features
    are our choice.

    Args:
        margin: See :func:`contrastive_loss`.
        loss_weight: Weight of the loss, relative to the loss on the scores.
        normalize: Divide the features by their lengths, so that distances are between 0 and 2 and
            the margin has the same meaning for every network.

    Example:
        >>> head = dict(
        ...     type='FeatureLossHead', num_classes=7, in_channels=512,
        ...     feature_losses=[dict(type='ContrastiveLoss', margin=1.0)])
    """

    def __init__(
        self, margin: float = 1.0, loss_weight: float = 1.0, normalize: bool = True
    ) -> None:
        super().__init__()
        self.margin = margin
        self.loss_weight = loss_weight
        self.normalize = normalize

    def forward(
        self, features: Tensor, labels: Tensor, feature_map: Tensor | None = None
    ) -> Tensor:
        """The weighted loss of features (N, D) with labels (N,): a scalar."""
        features = features.float()
        if self.normalize:
            features = unit_vectors(features)
        return self.loss_weight * contrastive_loss(features, labels, self.margin)
