"""Ranking measures: how well scores separate present from absent samples."""

import numpy as np


def area_under_curve(scores: np.ndarray, present: np.ndarray) -> float | None:
    """Area under the ROC curve in percent.

    By the ranks of the present samples (Hanley and McNeil, Radiology 143, 1982): the share of pairs
    of a present and an absent sample in which the present one scores higher, ties counting half.
    Bootstraps call this function often, and scikit-learn's takes several times as long.

    Args:
        scores: (N,).
        present: (N,) bool.

    Returns:
        The area, or None if all samples or no samples are present, where no curve exists.
    """
    if present.all() or not present.any():
        return None
    from scipy.stats import rankdata  # takes long to import

    positive = int(present.sum())
    above = rankdata(scores)[present].sum() - positive * (positive + 1) / 2
    return float(100 * above / (positive * (len(present) - positive)))


def average_precision(scores: np.ndarray, present: np.ndarray) -> float | None:
    """Mean precision at the scores of present samples, in percent; None if undefined."""
    if present.all() or not present.any():
        return None
    from sklearn.metrics import average_precision_score  # takes long to import

    return float(100 * average_precision_score(present, scores))


def mean_of_defined(values: list[float | None]) -> float | None:
    """The mean of all values that are not None; None if all are None."""
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None
