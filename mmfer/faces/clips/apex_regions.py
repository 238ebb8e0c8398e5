"""The ten squares of a face in which micro-expressions show (paper 004, figure 6)."""

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
    'brow_centre',
    'brow_right',
)
"""The regions, in order; left and right are those of the picture, not of the person."""
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

    At each corner of the mouth; on the chin, its lower side at the jaw; beside the nose, on the
    squares of the mouth's corners; outside each eye; and three side by side over the brows. The
    corners are rounded to whole pixels, and what lies beyond the picture's border is cut off.

    Args:
        landmarks: (68, 2), x and y in pixels in the order of iBUG 300-W; (0, 0) is the centre of
            the first pixel.
        image_size: Height and width of the picture.

    Returns:
        (10, 4) int, x1, y1, x2, y2 of each of :data:`REGION_NAMES`; ``image[y1:y2, x1:x2]`` is the
        region. One that lies outside the picture has no area.

    Raises:
        ValueError: If the landmarks have another shape or are not numbers, if the mouth has no
            width, or if all regions lie outside the picture.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ValueError(
            f'Landmarks of the shape {points.shape} do not give the ten regions: (68, 2) finite '
            'numbers are needed, x and y of each of the 68 points of iBUG 300-W.'
        )
    half = np.linalg.norm(points[MOUTH_RIGHT] - points[MOUTH_LEFT]) / 2
    side = round(half)
    if side < 1:
        raise ValueError(
            f'The corners of the mouth (landmarks 48 and 54) are {2 * half:.2f} pixels apart, too '
            'few for a region. Check the landmarks, or enlarge the frames.'
        )
    middle, across, up = half / 2, np.array([half, 0]), np.array([0, half])
    brows = (points[BROW_LEFT] + points[BROW_RIGHT]) / 2
    left, right = points[MOUTH_LEFT], points[MOUTH_RIGHT]
    centres = np.stack(
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
    # A pixel reaches half a pixel to each side of its centre.
    corners = np.floor(centres - side / 2 + 1).astype(int)
    height, width = image_size
    boxes = np.concatenate([corners, corners + side], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    if not ((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])).any():
        raise ValueError(
            f'All ten regions lie outside the picture of {width} x {height} pixels. Check that the '
            'landmarks belong to it.'
        )
    return boxes
