"""The ten square regions of a face that show micro-expressions (paper 004, figure 6)."""

import numpy as np

from mmfer.faces.landmark_mask import BROWS

REGION_NAMES = (
    'mouth_left',
    'mouth_right',
    'chin',
    'nose_left',
    'nose_right',
    'eye_left',
    'eye_right',
    'brow_left',
    'brow_center',
    'brow_right',
)
"""Names of the regions, in order; left and right refer to the image, not to the person."""
CHIN, NOSE_LEFT, NOSE_RIGHT, EYE_LEFT, EYE_RIGHT, MOUTH_LEFT, MOUTH_RIGHT = (
    8,
    31,
    35,
    36,
    45,
    48,
    54,
)
BROW_LEFT, BROW_RIGHT = BROWS[2], BROWS[7]


def apex_regions(landmarks: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
    """Ten equal squares around landmarks, with a side of half the mouth's width.

    The squares lie at each corner of the mouth; on the chin, with the lower side at the jaw; on
    both sides of the nose, above the squares of the mouth; outside each eye; and, three side by
    side, over the brows. Corners are rounded to whole pixels and clipped at the image border.

    Args:
        landmarks: (68, 2), x and y in pixels in the order of iBUG 300-W; (0, 0) is the center of
            the first pixel.
        image_size: Height and width of the image.

    Returns:
        (10, 4) int, x1, y1, x2, y2 in the order of :data:`REGION_NAMES`; ``image[y1:y2, x1:x2]``
        is the region. A region outside the image has no area.

    Raises:
        ValueError: If the landmarks have another shape or are not finite, the mouth has no width,
            or all regions lie outside the image.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ValueError(
            f'Landmarks of the shape {points.shape} cannot define the ten regions. Give (68, 2) '
            'finite numbers, x and y of each of the 68 points of iBUG 300-W.'
        )
    half = np.linalg.norm(points[MOUTH_RIGHT] - points[MOUTH_LEFT]) / 2
    side = round(half)
    if side < 1:
        raise ValueError(
            f'The corners of the mouth (landmarks 48 and 54) are only {2 * half:.2f} pixels apart, '
            'too close for a region. Check the landmarks, or enlarge the frames.'
        )
    middle, across, up = half / 2, np.array([half, 0]), np.array([0, half])
    brows = (points[BROW_LEFT] + points[BROW_RIGHT]) / 2
    left, right = points[MOUTH_LEFT], points[MOUTH_RIGHT]
    centers = np.stack(
        [
            left,
            right,
            points[CHIN] - up / 2,
            [points[NOSE_LEFT][0] - middle, left[1] - half],
            [points[NOSE_RIGHT][0] + middle, right[1] - half],
            points[EYE_LEFT] - across / 2,
            points[EYE_RIGHT] + across / 2,
            brows - across,
            brows,
            brows + across,
        ]
    )
    # A pixel extends half a pixel to each side of its center.
    corners = np.floor(centers - side / 2 + 1).astype(int)
    height, width = image_size
    boxes = np.concatenate([corners, corners + side], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    if not ((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])).any():
        raise ValueError(
            f'All ten regions lie outside the image of {width} x {height} pixels. Check that the '
            'landmarks belong to this image.'
        )
    return boxes
