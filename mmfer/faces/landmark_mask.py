"""Where a face's visible landmarks are: a mask of grid cells, and boxes of regions (paper 001).

Landmarks are the 68 of iBUG 300-W, numbered from 0, in pixels with (0, 0) at the centre of the
first one; an image of h by w pixels reaches from -0.5 to w - 0.5 and to h - 0.5. Coordinates or
scores that are not numbers count as not visible.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

BROWS = tuple(range(17, 27))
EYES = tuple(range(36, 48))
MOUTH = tuple(range(48, 68))
ATTENDED_MOUTH = (48, 49, 50, 52, 53, 54, 56, 57, 58)
ATTENDED = BROWS + EYES + ATTENDED_MOUTH
"""The 31 of 68 landmarks that are attended to.

The paper draws them without printing their numbers. Decided here: the 10 of the brows, the 12 of
the eyes, and 9 of the outer lips, which are both corners, four of the upper lip and three of the
lower. They are the same in the mirror image.
"""


class FaceRegion(NamedTuple):
    """A part of a face.

    Attributes:
        box: x1, y1, x2, y2 in pixels, (4,) float32, inside the image; zeros if not valid.
        valid: Whether the part is there to be cut out.
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
    """The cells of a grid over the image that hold a visible landmark (eq. 4-5).

    Args:
        landmarks: (68, 2), x and y of each in pixels. Those outside the image are left out.
        scores: (68,), the confidence of each; it is visible from ``threshold`` on.
        image_size: Height and width of the image, as it is now.
        grid: Height and width of the network's last map; one number for a square one.
        threshold: Least confidence, I in the paper, 0 to 1.
        ids: Numbers of the landmarks that count.

    Returns:
        f_M, (h, w) float32: 1 where a landmark is, else 0; all 0 if none is visible.

    Raises:
        ValueError: If a shape, size or number does not fit.
    """
    rows, columns = (grid, grid) if isinstance(grid, int) else grid
    if rows < 1 or columns < 1:
        raise ValueError(f'grid={grid} must have at least one row and column.')
    points = _visible(landmarks, scores, image_size, threshold, ids)
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
    """The box around both eyes and brows, of their visible landmarks.

    Args:
        landmarks: (68, 2), x and y of each in pixels.
        scores: (68,), the confidence of each; it is visible from ``threshold`` on.
        image_size: Height and width of the image, as it is now.
        threshold: Least confidence, 0 to 1.
        margin: The border on each side, in parts of the longer side of the box.

    Returns:
        The box with its border, cut at the image's edge. It is not valid if no landmark is
        visible, or if their box has no area or lies outside the image.

    Raises:
        ValueError: If a shape, size or number does not fit.
    """
    return _region(landmarks, scores, image_size, threshold, margin, BROWS + EYES)


def mouth_region(
    landmarks: np.ndarray,
    scores: np.ndarray,
    image_size: tuple[int, int],
    threshold: float = 0.5,
    margin: float = 0.1,
) -> FaceRegion:
    """The box around the mouth, of the visible landmarks of all lips; see :func:`eye_region`."""
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
        raise ValueError(f'margin={margin} must be 0 or more, in parts of the longer side.')
    points = _visible(landmarks, scores, image_size, threshold, ids)
    missing = FaceRegion(np.zeros(4, dtype=np.float32), False)
    if not len(points):
        return missing
    height, width = image_size
    low, high = np.full(2, -0.5), np.array([width, height]) - 0.5
    first, last = points.min(axis=0), points.max(axis=0)
    if not (np.minimum(last, high) > np.maximum(first, low)).all():
        return missing
    border = margin * (last - first).max()
    corners = np.maximum(first - border, low), np.minimum(last + border, high)
    return FaceRegion(np.concatenate(corners).astype(np.float32), True)


def _visible(
    landmarks: np.ndarray,
    scores: np.ndarray,
    image_size: tuple[int, int],
    threshold: float,
    ids: Sequence[int],
) -> np.ndarray:
    """The visible ones of the landmarks ``ids``, (n, 2) float64."""
    landmarks, scores = np.asarray(landmarks, dtype=np.float64), np.asarray(scores)
    if landmarks.shape != (68, 2):
        raise ValueError(
            f'landmarks have the shape {landmarks.shape}: give (68, 2), x and y of each of the 68 '
            'points of iBUG 300-W.'
        )
    if scores.shape != (68,):
        raise ValueError(
            f'scores have the shape {scores.shape}: give (68,), one for each landmark; ones if '
            'all are known to be visible.'
        )
    if len(image_size) != 2 or min(image_size) < 1:
        raise ValueError(f'image_size={image_size}: give the height and width in pixels.')
    if not 0 <= threshold <= 1:
        raise ValueError(f'threshold={threshold} must be a confidence from 0 to 1.')
    chosen = np.asarray(ids)
    if not len(chosen) or chosen.min() < 0 or chosen.max() > 67:
        raise ValueError(f'ids={tuple(ids)}: give numbers of landmarks, each from 0 to 67.')
    kept = (scores >= threshold) & np.isfinite(landmarks).all(axis=1)
    return landmarks[chosen[kept[chosen]]]
