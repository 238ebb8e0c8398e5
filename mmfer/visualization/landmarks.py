"""Landmarks drawn into an image."""

import cv2
import numpy as np

SEEN, HIDDEN = np.array([40, 210, 40]), np.array([235, 40, 40])
SHIFT = 4
"""OpenCV draws with a precision of 2 ** -SHIFT pixels."""


def draw_landmarks(
    image: np.ndarray, points: np.ndarray, scores: np.ndarray | None = None, radius: float = 1.5
) -> np.ndarray:
    """Draw a dot at each point, from red (score 0, hidden) over brown to green (score 1, visible).

    Args:
        image: (H, W, 3) uint8 RGB; the array is not changed.
        points: (..., 2) x and y in pixels of one or more faces; (0, 0) is the center of the first
            pixel.
        scores: (...) confidences from 0 to 1; None draws all points as visible.
        radius: Radius of the dots in pixels.

    Returns:
        The image with the dots, (H, W, 3) uint8 RGB.

    Raises:
        ValueError: If the number of scores is not the number of points.

    Example:
        >>> points, scores = FaceLandmarker().detect(image, boxes)
        >>> drawn = draw_landmarks(image, points, scores)
    """
    points = np.asarray(points, dtype=float)
    sure = np.ones(points.shape[:-1]) if scores is None else np.clip(scores, 0, 1)
    if sure.shape != points.shape[:-1]:
        raise ValueError(
            f'Points of shape {points.shape} and scores of shape {sure.shape}: give one score for '
            'each point, in the same order.'
        )
    drawn = np.ascontiguousarray(image).copy()
    for (x, y), share in zip(points.reshape(-1, 2), sure.ravel(), strict=True):
        color = (share * SEEN + (1 - share) * HIDDEN).tolist()
        center = (round(x * 2**SHIFT), round(y * 2**SHIFT))
        cv2.circle(drawn, center, round(radius * 2**SHIFT), color, -1, cv2.LINE_AA, SHIFT)
    return drawn
