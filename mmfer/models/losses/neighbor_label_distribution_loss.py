"""Nearest-neighbor label distribution learning (paper 003, section 3.4)."""

import torch
from torch import Tensor, nn

from mmfer.registry import MODELS


def neighbor_label_distribution(
    relation: Tensor,
    probs: Tensor,
    k: int = 5,
    normalize: str = 'softmax',
    exclude_self: bool | None = None,
    self_offset: int = 0,
) -> Tensor:
    """The similarity-weighted mean of the predictions of the k nearest images (eq. 18).

    Args:
        relation: R_v, (N, M), the similarity of N images and M others; -inf excludes an image.
        probs: P, (M, C), the predicted distributions of the M images.
        k: Number of neighbors; if there are fewer, all of them count.
        normalize: ``'softmax'`` over the k relations, which may be negative; ``'sum'`` divides by
            the sum of the relations, as printed, where a negative relation counts as 0.
        exclude_self: Leave out image i itself, in column ``self_offset + i``. None: only if N = M.
        self_offset: See ``exclude_self``.

    Returns:
        D, (N, C). The row of an image without neighbors is NaN.

    Raises:
        ValueError: If k < 1, or ``normalize`` is unknown.
    """
    if k < 1:
        raise ValueError(f'k={k} must be at least 1.')
    if normalize not in ('softmax', 'sum'):
        raise ValueError(f"normalize='{normalize}' must be 'softmax' or 'sum'.")
    n, m = relation.shape
    if exclude_self is None:
        exclude_self = n == m
    if exclude_self and m:
        own = torch.arange(n, device=relation.device)
        relation = relation.clone()
        relation[own, own + self_offset] = -torch.inf
        k = min(k, m - 1)
    nearest, index = relation.topk(max(0, min(k, m)), dim=1)
    if normalize == 'softmax':
        weights = nearest.softmax(1)
    else:
        nearest = nearest.clamp(min=0)
        weights = nearest / nearest.sum(1, keepdim=True)
    if not weights.size(1):
        return probs.new_full((n, probs.size(1)), torch.nan)
    return torch.einsum('nk,nkc->nc', weights, probs[index])


def disagreement(first: Tensor, second: Tensor) -> Tensor:
    """The probability that draws from two distributions differ: 1 - sum_c a_c b_c.

    For the votes on an image, given twice, this is the chance that two people disagree. For the
    label of an image and D, this is the share of its neighbors that contradict the label.

    Args:
        first: (N, C).
        second: (N, C).

    Returns:
        (N,), from 0 to 1.
    """
    return 1 - (first * second).sum(1)


def neighbor_label_distribution_loss(
    logits: Tensor,
    distribution: Tensor,
    reduction: str = 'class_mean',
    weights: Tensor | None = None,
) -> Tensor:
    """KL(D || P); P is the softmax of the logits (eq. 19).

    The printed formula is the cross-entropy part of the divergence; the gradient in P is the same.

    Args:
        logits: (N, C).
        distribution: D, (N, C), without gradient; the loss of a NaN row is 0.
        reduction: ``'class_mean'`` divides by N C as printed, ``'batch_mean'`` by N.
        weights: Weights of the images (N,), without gradient; None for weights of 1, as printed.

    Returns:
        A scalar.

    Raises:
        ValueError: If ``reduction`` is unknown.
    """
    if reduction not in ('class_mean', 'batch_mean'):
        raise ValueError(f"reduction='{reduction}' must be 'class_mean' or 'batch_mean'.")
    log_probs = logits.float().log_softmax(1)
    target = distribution.detach().float().nan_to_num(nan=0.0)
    each = (torch.xlogy(target, target) - target * log_probs).sum(1)
    total = each.sum() if weights is None else (weights.detach().nan_to_num(nan=0.0) * each).sum()
    return total / (logits.numel() if reduction == 'class_mean' else len(logits))


@MODELS.register_module()
class NeighborLabelDistributionLoss(nn.Module):
    """Pull each prediction towards the predictions of the nearest images (eq. 18-19).

    Args:
        k: Number of neighbors.
        normalize: See :func:`neighbor_label_distribution`.
        exclude_self: Leave the image itself out of its neighbors.
        reduction: See :func:`neighbor_label_distribution_loss`.
        weighting: The weight of each image; None for a weight of 1, as printed. ``'votes'``: the
            :func:`disagreement` of its soft label with itself. Images on which people disagree
            learn from their neighbors, and images on which people agree do not.
            ``'neighbors'``: the :func:`disagreement` of its label and D. Images whose neighbors
            contradict their label learn most.
        loss_weight: Weight of the loss, 1 in eq. 21.

    Raises:
        ValueError: If ``weighting`` is unknown, or, in forward, the labels for it are missing.

    Example:
        >>> head = dict(
        ...     type='RALDHead', num_classes=33, in_channels=512,
        ...     neighbor_loss=dict(type='NeighborLabelDistributionLoss', k=5))
    """

    def __init__(
        self,
        k: int = 5,
        normalize: str = 'softmax',
        exclude_self: bool = True,
        reduction: str = 'class_mean',
        loss_weight: float = 1.0,
        weighting: str | None = None,
    ) -> None:
        super().__init__()
        if weighting not in (None, 'votes', 'neighbors'):
            raise ValueError(f"weighting='{weighting}' must be 'votes', 'neighbors' or None.")
        self.k = k
        self.normalize = normalize
        self.exclude_self = exclude_self
        self.reduction = reduction
        self.loss_weight = loss_weight
        self.weighting = weighting

    def distribution(self, relation: Tensor, probs: Tensor, self_offset: int = 0) -> Tensor:
        """D (N, C), from the relation (N, M) and the predictions (M, C) of M images."""
        return neighbor_label_distribution(
            relation.detach().float(),
            probs.detach().float(),
            self.k,
            self.normalize,
            self.exclude_self,
            self_offset,
        )

    def forward(self, logits: Tensor, distribution: Tensor, labels: Tensor | None = None) -> Tensor:
        """The weighted loss of logits (N, C) against D (N, C): a scalar.

        ``labels`` (N, C), soft or one-hot, are needed with ``weighting``.
        """
        return self.loss_weight * neighbor_label_distribution_loss(
            logits, distribution, self.reduction, self._weights(distribution, labels)
        )

    def _weights(self, distribution: Tensor, labels: Tensor | None) -> Tensor | None:
        if self.weighting is None:
            return None
        if labels is None:
            raise ValueError(
                f"NeighborLabelDistributionLoss(weighting='{self.weighting}') needs the labels (N, "
                'C) of the images. RALDHead and AttributeHead give them.'
            )
        return disagreement(labels, labels if self.weighting == 'votes' else distribution)
