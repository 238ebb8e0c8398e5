"""Which landmarks can be seen in a picture."""

import cv2
import numpy as np

SILHOUETTE = 0.01
"""A point this near to the outline of the head, in parts of the picture, counts as on it."""


def visible_points(
    xy: np.ndarray, distance: np.ndarray, depth: np.ndarray, hidden: np.ndarray, tolerance: float
) -> np.ndarray:
    """Which points are in the picture, with nothing in front of them.

    Args:
        xy: (N, 2) pixels.
        distance: (N,) depths of the points.
        depth: (S, S) depth map of all that is drawn, infinite where there is nothing.
        hidden: (S, S) bool, where an occluder is.
        tolerance: How far behind a surface a point still counts as on it.

    Returns:
        (N,) bool.
    """
    size = len(depth)
    inside = ((xy >= 0) & (xy < size)).all(1)
    column, row = np.clip(xy.astype(np.int32), 0, size - 1).T
    reach = 2 * max(1, round(SILHOUETTE * size)) + 1
    known = np.where(np.isfinite(depth), depth, np.float32(1e6))
    farthest = cv2.dilate(known, np.ones((reach, reach), np.uint8))
    return inside & (distance <= farthest[row, column] + tolerance) & ~hidden[row, column]
