"""Focal loss of a softmax over several classes (Lin et al. 2017)."""

import torch
from mmpretrain.models.losses.utils import weight_reduce_loss
from torch import Tensor, nn

from mmfer.models.losses.utils import class_scores
from mmfer.registry import MODELS


def softmax_focal_loss(logits: Tensor, labels: Tensor, gamma: float = 2.0) -> Tensor:
    """The mean of -(1 - p_y)^gamma log p_y; p is the softmax of the logits.

    Args:
        logits: (N, C).
        labels: y, (N,), or soft labels q (N, C); the terms of the classes are weighted by q.
        gamma: Larger values reduce the weight of images that are classified well; 0 gives the
            cross-entropy.

    Returns:
        A scalar.

    Raises:
        ValueError: If gamma is negative, the shapes do not fit or a label is out of range.
    """
    return _focal_terms(logits, labels, gamma).mean()


def _focal_terms(logits: Tensor, labels: Tensor, gamma: float) -> Tensor:
    if gamma < 0:
        raise ValueError(f'gamma={gamma} must not be negative.')
    scores = class_scores(labels, logits)
    log_probs = logits.log_softmax(1)
    # Keep the base above 0, because at 0 the gradient of the power is infinite for gamma < 1.
    rest = (-torch.expm1(log_probs)).clamp(min=1e-12)
    return -(scores * rest**gamma * log_probs).sum(1)


@MODELS.register_module()
class SoftmaxFocalLoss(nn.Module):
    """Focal loss on scores for mutually exclusive classes, computed in float32.

    mmpretrain's ``FocalLoss`` is for independent sigmoids.

    Args:
        gamma: See :func:`softmax_focal_loss`.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``, over the images.
        loss_weight: Weight of the loss.

    Example:
        >>> head = dict(
        ...     type='LinearClsHead', num_classes=5, in_channels=2048,
        ...     loss=dict(type='SoftmaxFocalLoss', gamma=2.0))
    """

    def __init__(
        self, gamma: float = 2.0, reduction: str = 'mean', loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        self.gamma = gamma
        self.reduction = reduction
        self.loss_weight = loss_weight

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
    ) -> Tensor:
        """The weighted loss.

        Args:
            cls_score: Logits (N, C).
            label: (N,), or soft labels (N, C).
            weight: Weights of the images (N,).
            avg_factor: Divisor of the sum, instead of N.
            reduction_override: Replaces ``reduction``.

        Returns:
            A scalar; (N,) without reduction.
        """
        terms = _focal_terms(cls_score.float(), label, self.gamma)
        reduction = reduction_override or self.reduction
        return self.loss_weight * weight_reduce_loss(terms, weight, reduction, avg_factor)
