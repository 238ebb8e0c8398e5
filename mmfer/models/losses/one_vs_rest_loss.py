"""Binary cross-entropy of each class against the rest."""

from mmpretrain.models.losses import CrossEntropyLoss
from torch import Tensor, nn
from torch.nn import functional

from mmfer.models.losses.utils import class_scores
from mmfer.registry import MODELS


def one_vs_rest_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """The sum of the binary cross-entropies of the classes, averaged over the images.

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
    """A loss on scores with one sigmoid per class instead of a softmax, computed in float32.

    Table 3 of paper 000 lists "cross-entropy" and "Softmax loss" without definitions; this loss
    stands for the first (our choice). It is based on mmpretrain's
    ``CrossEntropyLoss(use_sigmoid=True)``, but accepts class indices and is always summed over the
    classes.

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
        """The weighted loss, a scalar; (N, C) without reduction.

        The arguments are those of :meth:`mmfer.models.losses.SoftmaxFocalLoss.forward`.
        """
        logits = cls_score.float()
        if avg_factor is None and (reduction_override or self.binary.reduction) == 'mean':
            avg_factor = len(logits)
        scores = class_scores(label, logits)
        return self.binary(logits, scores, weight, avg_factor, reduction_override)
