"""How well landmarks and their visibility were found."""

import numpy as np
from sklearn.metrics import roc_auc_score

OUTER_CORNERS = (36, 45)
"""The outer corners of the eyes, whose distance is the unit of errors."""


def normalized_errors(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The distance of each point from the truth, in distances of the eyes' outer corners.

    Args:
        predicted: (N, 68, 2).
        truth: (N, 68, 2).

    Returns:
        (N, 68).

    Raises:
        ValueError: If the corners of a true face coincide.
    """
    right, left = (truth[:, corner] for corner in OUTER_CORNERS)
    unit = np.linalg.norm(left - right, axis=1)
    if not (unit > 0).all():
        raise ValueError(
            f'Face {int(np.argmin(unit))}: points 36 and 45, the outer corners of the eyes, are at '
            'one place, so that no error can be measured. Correct its landmarks.'
        )
    return np.linalg.norm(predicted - truth, axis=2) / unit[:, None]


def landmark_report(
    predicted: np.ndarray,
    scores: np.ndarray,
    truth: np.ndarray,
    visible: np.ndarray,
    failure: float = 0.08,
) -> dict[str, float]:
    """The measures of found landmarks.

    Args:
        predicted: (N, 68, 2) points.
        scores: (N, 68) confidences.
        truth: (N, 68, 2).
        visible: (N, 68) bool, whether the point can be seen.
        failure: A face whose mean error is above this has failed.

    Returns:
        ``nme``, the mean error in percent of the distance of the eyes' outer corners,
        ``nme_visible`` of the points that can be seen, ``failure_rate`` in percent of faces, and
        ``visibility_auc``, the area under the ROC curve of the scores against ``visible`` in
        percent, nan where all points or none can be seen.
    """
    errors = normalized_errors(predicted, truth)
    both = 0 < visible.sum() < visible.size
    auc = roc_auc_score(visible.ravel(), scores.ravel()) if both else float('nan')
    return {
        'nme': 100 * float(errors.mean()),
        'nme_visible': 100 * float(errors[visible].mean()) if visible.any() else float('nan'),
        'failure_rate': 100 * float((errors.mean(axis=1) > failure).mean()),
        'visibility_auc': 100 * float(auc),
    }
