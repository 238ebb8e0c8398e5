"""Input checks of the losses."""

import torch
from torch import Tensor
from torch.nn import functional


def check_labels(labels: Tensor, size: int, num_classes: int | None = None) -> None:
    """Raise a ValueError unless ``labels`` are ``size`` class indices below ``num_classes``."""
    if labels.shape != (size,) or labels.is_floating_point() or labels.dtype == torch.bool:
        raise ValueError(
            f'labels are {labels.dtype} of shape {tuple(labels.shape)} for a batch of {size}: '
            'give one class index for each image.'
        )
    if num_classes is None:
        return
    wrong = ((labels < 0) | (labels >= num_classes)).nonzero().flatten()
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(
            f'label {int(labels[row])} of image {row} of the batch is outside 0 to '
            f"{num_classes - 1}: num_classes must be the number of the data set's classes."
        )


def check_features(features: Tensor, labels: Tensor, centers: Tensor | None = None) -> None:
    """Raise a ValueError unless features (N, D), labels (N,) and centers (C, D) fit together."""
    if features.ndim != 2 or not len(features):
        raise ValueError(
            f'features have the shape {tuple(features.shape)}: give (N, D), one vector for each '
            'image, as FeaturePooling does.'
        )
    if centers is None:
        check_labels(labels, len(features))
        return
    if centers.ndim != 2 or centers.size(1) != features.size(1):
        raise ValueError(
            f'centers have the shape {tuple(centers.shape)} and features {tuple(features.shape)}: '
            'set in_channels to the width of the features.'
        )
    check_labels(labels, len(features), len(centers))


def class_scores(labels: Tensor, logits: Tensor) -> Tensor:
    """Convert labels (N,) or soft labels (N, C) of logits (N, C) to scores (N, C).

    Raises:
        ValueError: If the shapes do not fit or a label is out of range.
    """
    if logits.ndim != 2:
        raise ValueError(f'logits have the shape {tuple(logits.shape)}: give (N, C).')
    if labels.ndim == 2:
        if labels.shape != logits.shape:
            raise ValueError(
                f'soft labels have the shape {tuple(labels.shape)} and logits '
                f'{tuple(logits.shape)}: give one score for each image and class.'
            )
        return labels.to(logits.dtype)
    check_labels(labels, *logits.shape)
    return functional.one_hot(labels.long(), logits.size(1)).to(logits.dtype)
