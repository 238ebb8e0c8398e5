"""The report on the accuracy of landmarks and of their visibility."""

import numpy as np

OUTER_CORNERS = (36, 45)
"""The outer corners of the eyes; their distance is the unit of errors."""


def normalized_errors(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Distance of each point from the true point, divided by that of the outer eye corners.

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
            f'Face {int(np.argmin(unit))}: points 36 and 45, the outer corners of the eyes, '
            'coincide, so the error is undefined. Correct the landmarks of this face.'
        )
    return np.linalg.norm(predicted - truth, axis=2) / unit[:, None]


def landmark_report(
    predicted: np.ndarray,
    scores: np.ndarray,
    truth: np.ndarray,
    visible: np.ndarray,
    failure: float = 0.08,
) -> dict[str, float]:
    """Evaluate predicted landmarks.

    Args:
        predicted: (N, 68, 2) predicted points.
        scores: (N, 68) confidences.
        truth: (N, 68, 2) true points.
        visible: (N, 68) bool, whether each point is visible.
        failure: Faces with a larger mean error count as failures.

    Returns:
        ``nme``, the mean error in percent of the distance of the outer eye corners;
        ``nme_visible``, the same over visible points; ``failure_rate`` in percent of the faces; and
        ``visibility_auc``, the area under the ROC curve of the scores against ``visible`` in
        percent, nan if all points or no points are visible.
    """
    from sklearn.metrics import roc_auc_score  # takes long to import

    errors = normalized_errors(predicted, truth)
    both = 0 < visible.sum() < visible.size
    auc = roc_auc_score(visible.ravel(), scores.ravel()) if both else float('nan')
    return {
        'nme': 100 * float(errors.mean()),
        'nme_visible': 100 * float(errors[visible].mean()) if visible.any() else float('nan'),
        'failure_rate': 100 * float((errors.mean(axis=1) > failure).mean()),
        'visibility_auc': 100 * float(auc),
    }
