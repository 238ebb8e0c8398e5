"""The visible landmarks of a face as a mask of grid cells, and boxes of face regions (paper 001).

Landmarks are the 68 points of iBUG 300-W, numbered from 0, in pixels with (0, 0) at the center of
the first pixel. An image of h by w pixels extends from -0.5 to w - 0.5 and to h - 0.5. Landmarks
with coordinates or scores that are not finite count as not visible.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

BROWS = tuple(range(17, 27))
EYES = tuple(range(36, 48))
MOUTH = tuple(range(48, 68))
ATTENDED_MOUTH = (48, 49, 50, 52, 53, 54, 56, 57, 58)
ATTENDED = BROWS + EYES + ATTENDED_MOUTH
"""The 31 landmarks of the attention mask.

The paper draws these landmarks without printing their numbers. Our choice: 10 points of the brows,
12 of the eyes and 9 of the outer lips (both corners, four of the upper and three of the lower lip).
The mirror image has the same landmarks.
"""

LEAST_SHARE = 0.1
"""Least side of a region that can be cropped, in sides of the box of all landmarks; our choice. A
mouth and both eyes have 0.3 and more; parts of one lid have less."""


class FaceRegion(NamedTuple):
    """A part of a face.

    Attributes:
        box: x1, y1, x2, y2 in pixels, (4,) float32, inside the image; zeros if not valid.
        valid: Whether the region can be cropped.
    """

    box: np.ndarray
    valid: bool


def landmark_mask(
    landmarks: np.ndarray,
    scores: np.ndarray,
    image_size: tuple[int, int],
    grid: int | tuple[int, int] = 7,
    threshold: float = 0.5,
    ids: Sequence[int] = ATTENDED,
) -> np.ndarray:
    """The mask of grid cells that contain a visible landmark (eq. 4-5).

    Args:
        landmarks: (68, 2), x and y in pixels. Landmarks outside the image are ignored.
        scores: (68,), confidences; a landmark is visible if its score is at least ``threshold``.
        image_size: Height and width of the image to which the landmarks refer.
        grid: Height and width of the network's last feature map; one number for a square map.
        threshold: Smallest confidence of a visible landmark, I in the paper, 0 to 1.
        ids: Numbers of the landmarks to use.

    Returns:
        f_M, (h, w) float32: 1 in cells with a visible landmark, 0 elsewhere.

    Raises:
        ValueError: If a shape, size or number is invalid.
    """
    rows, columns = (grid, grid) if isinstance(grid, int) else grid
    if rows < 1 or columns < 1:
        raise ValueError(f'grid={grid} must have at least one row and one column.')
    points = visible_points(landmarks, scores, image_size, threshold, ids)
    height, width = image_size
    x, y = points[:, 0] + 0.5, points[:, 1] + 0.5
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    mask = np.zeros((rows, columns), dtype=np.float32)
    row, column = (y[inside] * rows / height).astype(int), (x[inside] * columns / width).astype(int)
    mask[row, column] = 1
    return mask


def eye_region(
    landmarks: np.ndarray,
    scores: np.ndarray,
    image_size: tuple[int, int],
    threshold: float = 0.5,
    margin: float = 0.1,
) -> FaceRegion:
    """The box around the visible landmarks of both eyes and brows.

    Args:
        landmarks: (68, 2), x and y in pixels.
        scores: (68,), confidences; a landmark is visible if its score is at least ``threshold``.
        image_size: Height and width of the image to which the landmarks refer.
        threshold: Smallest confidence of a visible landmark, 0 to 1.
        margin: Border on each side, as a share of the longer side of the box.

    Returns:
        The box with its border, clipped at the image border. The region is not valid if no landmark
        is visible, if the box has no area or lies outside the image, or if its longer side is below
        :data:`LEAST_SHARE` of the side of the box of all landmarks, as with two points of a lid.

    Raises:
        ValueError: If a shape, size or number is invalid.
    """
    return _region(landmarks, scores, image_size, threshold, margin, BROWS + EYES)


def mouth_region(
    landmarks: np.ndarray,
    scores: np.ndarray,
    image_size: tuple[int, int],
    threshold: float = 0.5,
    margin: float = 0.1,
) -> FaceRegion:
    """The box around the visible landmarks of the mouth; see :func:`eye_region`."""
    return _region(landmarks, scores, image_size, threshold, margin, MOUTH)


def _region(
    landmarks: np.ndarray,
    scores: np.ndarray,
    image_size: tuple[int, int],
    threshold: float,
    margin: float,
    ids: Sequence[int],
) -> FaceRegion:
    if not 0 <= margin < np.inf:
        raise ValueError(f'margin={margin}, a share of the longer side, must be 0 or more.')
    points = visible_points(landmarks, scores, image_size, threshold, ids)
    missing = FaceRegion(np.zeros(4, dtype=np.float32), False)
    if not len(points):
        return missing
    height, width = image_size
    low, high = np.full(2, -0.5), np.array([width, height]) - 0.5
    first, last = points.min(axis=0), points.max(axis=0)
    if not (np.minimum(last, high) > np.maximum(first, low)).all():
        return missing
    known = np.asarray(landmarks, dtype=np.float64)
    face = np.sqrt(np.prod(np.ptp(known[np.isfinite(known).all(axis=1)], axis=0)))
    if (last - first).max() < LEAST_SHARE * face:
        return missing
    border = margin * (last - first).max()
    corners = np.maximum(first - border, low), np.minimum(last + border, high)
    return FaceRegion(np.concatenate(corners).astype(np.float32), True)


def visible_points(
    landmarks: np.ndarray,
    scores: np.ndarray,
    image_size: tuple[int, int],
    threshold: float,
    ids: Sequence[int],
) -> np.ndarray:
    """The visible landmarks (n, 2) float64 among ``ids``, also outside the image (eq. 4).

    See :func:`landmark_mask` for the arguments and errors.
    """
    landmarks, scores = np.asarray(landmarks, dtype=np.float64), np.asarray(scores)
    if landmarks.shape != (68, 2):
        raise ValueError(
            f'landmarks have the shape {landmarks.shape}. Give (68, 2), x and y of each of the 68 '
            'points of iBUG 300-W.'
        )
    if scores.shape != (68,):
        raise ValueError(
            f'scores have the shape {scores.shape}. Give (68,), one score for each landmark; give '
            'ones if all landmarks are visible.'
        )
    if len(image_size) != 2 or min(image_size) < 1:
        raise ValueError(f'image_size={image_size}. Give the height and width in pixels.')
    if not 0 <= threshold <= 1:
        raise ValueError(f'threshold={threshold} must be a confidence from 0 to 1.')
    chosen = np.asarray(ids)
    if not len(chosen) or chosen.min() < 0 or chosen.max() > 67:
        raise ValueError(f'ids={tuple(ids)}. Give numbers of landmarks, each from 0 to 67.')
    kept = (scores >= threshold) & np.isfinite(landmarks).all(axis=1)
    return landmarks[chosen[kept[chosen]]]
