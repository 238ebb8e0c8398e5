"""Visibility of landmarks in an image."""

import cv2
import numpy as np

SILHOUETTE = 0.01
"""Points within this distance of the head's outline, in image sizes, count as on the outline."""


def visible_points(
    xy: np.ndarray, distance: np.ndarray, depth: np.ndarray, hidden: np.ndarray, tolerance: float
) -> np.ndarray:
    """Whether each point is inside the image, with no surface in front of it.

    Args:
        xy: (N, 2) pixels.
        distance: (N,) depths of the points.
        depth: (S, S) depth map of the scene, infinite where nothing is drawn.
        hidden: (S, S) bool, True at pixels of an occluder.
        tolerance: Largest depth of a visible point behind the surface.

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
