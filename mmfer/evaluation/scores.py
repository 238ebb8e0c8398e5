"""Figures of a classification, in percent, from labels alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support


def expression_scores(
    truth: np.ndarray,
    predicted: np.ndarray,
    classes: Sequence[str],
    parents: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Overall, mean-class and coarse accuracy, macro F1, the table per class and the confusion.

    Args:
        truth: (n,) class indices.
        predicted: (n,) class indices.
        classes: The class names.
        parents: For each class the index of its coarse class. An image is right at the coarse
            level if the predicted class has the parent of the true one.

    Returns:
        ``accuracy``, ``mean_class_accuracy`` (mean recall over the classes that occur),
        ``macro_f1`` (over the same), ``coarse_accuracy`` with ``parents``, ``chance`` (accuracy
        of always naming the most frequent class), ``absent_classes``, ``per_class`` (name ->
        precision, recall, f1, count) and ``confusion_matrix`` (rows true, columns predicted).
    """
    labels = np.arange(len(classes))
    precision, recall, f1, count = precision_recall_fscore_support(
        truth, predicted, labels=labels, zero_division=0
    )
    occurs = count > 0
    scores: dict[str, Any] = {
        'accuracy': float((truth == predicted).mean() * 100),
        'mean_class_accuracy': float(recall[occurs].mean() * 100),
        'macro_f1': float(f1[occurs].mean() * 100),
        'chance': float(count.max() / count.sum() * 100),
        'absent_classes': [c for c, there in zip(classes, occurs, strict=True) if not there],
        'per_class': {
            name: dict(
                precision=float(p * 100), recall=float(r * 100), f1=float(f * 100), count=int(n)
            )
            for name, p, r, f, n in zip(classes, precision, recall, f1, count, strict=True)
        },
        'confusion_matrix': confusion_matrix(truth, predicted, labels=labels).tolist(),
    }
    if parents is not None:
        parent = np.asarray(parents)
        scores['coarse_accuracy'] = float((parent[truth] == parent[predicted]).mean() * 100)
    return scores
