"""Class scores from label vectors."""

import torch.nn.functional as F
from torch import Tensor


def label_scores(features: Tensor, labels: Tensor, scale: Tensor | float) -> Tensor:
    """Scores by the likeness of features and label vectors: s cos(F^_i, S~_c).

    Here the label vectors are the weights of the classifier, so that their words and their
    hierarchy shape the classes. Paper 003 classifies with a linear layer without label vectors.

    Args:
        features: F^, (N, D).
        labels: S~, (C, D).
        scale: s, which sets how sharp the probabilities can become.

    Returns:
        (N, C).
    """
    return scale * F.normalize(features, dim=1) @ F.normalize(labels, dim=1).T
