"""Cross-entropy on the coarse level of a label tree."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmfer.labels import LabelTree
from mmfer.models.losses.utils import class_scores
from mmfer.registry import MODELS


def coarse_loss(logits: Tensor, labels: Tensor, parents: Sequence[int] | Tensor) -> Tensor:
    """Cross-entropy of the coarse classes, whose probability is the sum of their fine classes.

    With the probabilities p = softmax(logits), the labels q and the fine classes F_g of a coarse
    class g: -1/N sum_i sum_g Q_ig log P_ig, where P_ig = sum_(c in F_g) p_ic and
    Q_ig = sum_(c in F_g) q_ic. A mistake within a coarse class costs nothing here.

    Args:
        logits: (N, C), of the fine classes.
        labels: (N,), or soft labels q (N, C).
        parents: The coarse class of each of the C fine classes.

    Returns:
        A scalar.

    Raises:
        ValueError: If the shapes do not fit or a label is out of range.
    """
    parent = torch.as_tensor(parents, device=logits.device)
    if parent.shape != logits.shape[1:]:
        raise ValueError(
            f'The label tree has {len(parent)} fine classes, but the logits have {logits.size(1)}. '
            'Take the label tree of the data set.'
        )
    shares = class_scores(labels, logits).float()
    log_probs = logits.float().log_softmax(1)
    total = logits.new_zeros((), dtype=torch.float32)
    for group in range(int(parent.max()) + 1):
        members = parent == group
        total = total - (shares[:, members].sum(1) * log_probs[:, members].logsumexp(1)).sum()
    return total / len(logits)


@MODELS.register_module()
class CoarseLoss(nn.Module):
    """:func:`coarse_loss` with the coarse classes of a label tree.

    Args:
        label_tree: File or shipped name of the tree (:meth:`mmfer.labels.LabelTree.load`).
        loss_weight: Weight of the loss.

    Raises:
        FileNotFoundError: If there is no such tree.
        ValueError: If the tree is faulty, or, in forward, has other classes than the model.

    Example:
        >>> head = dict(
        ...     type='RALDHead', num_classes=8, in_channels=512,
        ...     coarse_loss=dict(type='CoarseLoss', label_tree='ferplus', loss_weight=0.5))
    """

    parents: Tensor

    def __init__(self, label_tree: str, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        parents = torch.tensor(LabelTree.load(label_tree).parents)
        # The config determines the parents, so they are not part of the state dict.
        self.register_buffer('parents', parents, persistent=False)

    def forward(self, cls_score: Tensor, label: Tensor) -> Tensor:
        """The weighted loss of logits (N, C) and labels (N,) or (N, C): a scalar."""
        return self.loss_weight * coarse_loss(cls_score, label, self.parents)
