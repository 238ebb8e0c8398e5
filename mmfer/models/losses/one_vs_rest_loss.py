"""Binary cross-entropy of each class against the rest."""

from mmpretrain.models.losses import CrossEntropyLoss
from torch import Tensor, nn
from torch.nn import functional

from mmfer.models.losses.utils import class_scores
from mmfer.registry import MODELS


def one_vs_rest_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """The sum over the classes of their binary cross-entropies, meant over the images.

    Args:
        logits: (N, C), each the log-odds of one class against the rest.
        labels: (N,), or soft labels (N, C).

    Returns:
        A scalar.

    Raises:
        ValueError: If the shapes do not fit or a label is out of range.
    """
    scores = class_scores(labels, logits)
    total = functional.binary_cross_entropy_with_logits(logits, scores, reduction='sum')
    return total / len(logits)


@MODELS.register_module()
class OneVsRestLoss(nn.Module):
    """A sigmoid for each class instead of one softmax, as a loss on scores; in float32.

    Table 3 of paper 000 tells "cross-entropy" from "Softmax loss" and does not say how; this is
    taken for the first (decided here). Unlike mmpretrain's ``CrossEntropyLoss(use_sigmoid=True)``,
    which does the work, it takes class indices, and it is always summed over the classes.

    Args:
        reduction: ``'mean'``, ``'sum'`` or ``'none'``, over the images.
        loss_weight: Weight of the loss.

    Example:
        >>> head = dict(
        ...     type='LinearClsHead', num_classes=4, in_channels=512,
        ...     loss=dict(type='OneVsRestLoss'))
    """

    def __init__(self, reduction: str = 'mean', loss_weight: float = 1.0) -> None:
        super().__init__()
        self.binary = CrossEntropyLoss(
            use_sigmoid=True, reduction=reduction, loss_weight=loss_weight
        )

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
            avg_factor: What the sum is divided by, instead of N.
            reduction_override: Another reduction.

        Returns:
            A scalar; (N, C) without reduction.
        """
        logits = cls_score.float()
        if avg_factor is None and (reduction_override or self.binary.reduction) == 'mean':
            avg_factor = len(logits)
        scores = class_scores(label, logits)
        return self.binary(logits, scores, weight, avg_factor, reduction_override)
