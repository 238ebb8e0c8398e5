"""How well scores put what is there above what is not."""

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score


def area_under_curve(scores: np.ndarray, present: np.ndarray) -> float | None:
    """Area under the ROC curve in percent: how often a present one scores above an absent one.

    Args:
        scores: (N,).
        present: (N,) bool.

    Returns:
        None where all or none are present, as there is no curve.
    """
    if present.all() or not present.any():
        return None
    return float(100 * roc_auc_score(present, scores))


def average_precision(scores: np.ndarray, present: np.ndarray) -> float | None:
    """Mean over the present ones of the precision at their score, in percent; None as above."""
    if present.all() or not present.any():
        return None
    return float(100 * average_precision_score(present, scores))


def mean_of_defined(values: list[float | None]) -> float | None:
    """The mean of those that are not None, or None if all are."""
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None
