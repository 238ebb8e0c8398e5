"""The report on the accuracy of landmarks and of their visibility."""

import numpy as np

OUTER_CORNERS = (36, 45)
"""The outer corners of the eyes."""


def eye_distance(truth: np.ndarray) -> np.ndarray:
    """Distance of the outer eye corners, (N,); it shrinks as a head turns away.

    Args:
        truth: (N, 68, 2).

    Raises:
        ValueError: If the corners of a face coincide.
    """
    right, left = (truth[:, corner] for corner in OUTER_CORNERS)
    unit = np.linalg.norm(left - right, axis=1)
    if not (unit > 0).all():
        raise ValueError(
            f'Face {int(np.argmin(unit))}: points 36 and 45, the outer corners of the eyes, '
            'coincide, so the error is undefined. Correct the landmarks of this face.'
        )
    return unit


def box_side(truth: np.ndarray) -> np.ndarray:
    """Geometric mean of the sides of the points' bounding box, (N,): hardly smaller in profile.

    Args:
        truth: (N, 68, 2).

    Raises:
        ValueError: If the points of a face lie in a line along an axis.
    """
    side: np.ndarray = np.sqrt(np.prod(np.ptp(truth, axis=1), axis=1))
    if not (side > 0).all():
        raise ValueError(
            f'Face {int(np.argmin(side))}: the 68 points have a bounding box without area. Correct '
            'the landmarks of this face.'
        )
    return side


def normalized_errors(
    predicted: np.ndarray, truth: np.ndarray, unit: np.ndarray | None = None
) -> np.ndarray:
    """Distance of each point from the true point, in a unit for each face.

    Args:
        predicted: (N, 68, 2).
        truth: (N, 68, 2).
        unit: (N,), default: :func:`eye_distance`.

    Returns:
        (N, 68).

    Raises:
        ValueError: If the unit of a face is zero.
    """
    unit = eye_distance(truth) if unit is None else unit
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
        In percent: ``nme``, the mean error by :func:`eye_distance`; ``nme_visible``, the same over
        visible points; ``nme_box``, the mean error by :func:`box_side`; ``failure_rate``, the share
        of failed faces; and ``visibility_auc``, the area under the ROC curve of the scores against
        ``visible``, nan if all points or no points are visible. In pixels: ``pixels_visible``, the
        mean error of visible points.
    """
    from sklearn.metrics import roc_auc_score  # takes long to import

    errors = normalized_errors(predicted, truth)
    distances = np.linalg.norm(predicted - truth, axis=2)
    both = 0 < visible.sum() < visible.size
    auc = roc_auc_score(visible.ravel(), scores.ravel()) if both else float('nan')
    return {
        'nme': 100 * float(errors.mean()),
        'nme_visible': 100 * float(errors[visible].mean()) if visible.any() else float('nan'),
        'nme_box': 100 * float(normalized_errors(predicted, truth, box_side(truth)).mean()),
        'failure_rate': 100 * float((errors.mean(axis=1) > failure).mean()),
        'visibility_auc': 100 * float(auc),
        'pixels_visible': float(distances[visible].mean()) if visible.any() else float('nan'),
    }
