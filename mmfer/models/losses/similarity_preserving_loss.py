"""Distillation of the similarities among the images of a batch.

F. Tung and G. Mori, "Similarity-Preserving Knowledge Distillation", ICCV 2019, eq. 1-4.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from mmfer.registry import MODELS


def similarities(features: Tensor) -> Tensor:
    """The similarity of each image to all images of its batch, rows of length 1 (eq. 1-3).

    Computed in float32, also in mixed precision: float16 cannot hold the products of long features.

    Args:
        features: (N, ...), flattened to (N, D).

    Returns:
        (N, N).
    """
    flat = features.float().flatten(1)
    with torch.autocast(flat.device.type, enabled=False):
        return normalize(flat @ flat.T, dim=1)


def similarity_preserving_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean squared difference of the similarities of two networks (eq. 4).

    The widths of the networks may differ, and no weights are added.

    Args:
        student: (N, ...) features.
        teacher: (N, ...) features of the same images, without gradient.

    Returns:
        A scalar.

    Raises:
        ValueError: If the numbers of images differ.
    """
    if len(student) != len(teacher):
        raise ValueError(
            f'The student has features of {len(student)} images, the teacher of {len(teacher)}. '
            'Give the features of the same batch.'
        )
    return (similarities(student) - similarities(teacher)).square().mean()


@MODELS.register_module()
class SimilarityPreservingLoss(nn.Module):
    """:func:`similarity_preserving_loss` with a weight.

    Args:
        loss_weight: Weight of the loss; the paper takes 3000 on CIFAR-10, as the entries are small.

    Example:
        >>> model = dict(
        ...     type='DistilledClassifier',
        ...     similarity=dict(type='SimilarityPreservingLoss', loss_weight=3000.0))
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        """The weighted loss of two features (N, ...): a scalar."""
        return self.loss_weight * similarity_preserving_loss(student, teacher)
