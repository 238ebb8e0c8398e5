"""A detected face."""

from dataclasses import dataclass

import numpy as np

KEYPOINT_NAMES = ('left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right')
"""The five points, in order; left and right are those of the picture, not of the person."""
_PARTS = {
    'jaw': 17,
    'left_brow': 5,
    'right_brow': 5,
    'nose_bridge': 4,
    'nostrils': 5,
    'left_eye': 6,
    'right_eye': 6,
    'outer_lips': 12,
    'inner_lips': 8,
}
LANDMARK_NAMES = tuple(f'{part}_{i}' for part, count in _PARTS.items() for i in range(1, count + 1))
"""The 68 landmarks of iBUG 300-W, in order; left and right are those of the picture."""


@dataclass(frozen=True)
class Face:
    """One face in a picture.

    Args:
        bbox: (4,) float, x1, y1, x2, y2 in pixels; may reach beyond the picture's border.
        score: Confidence of the detector, 0 to 1; None where no detector was asked.
        landmarks: (5, 2) float, x, y in pixels in the order of :data:`KEYPOINT_NAMES`; None where
            no detector was asked.
        landmarks68: (68, 2) float, x, y in pixels in the order of :data:`LANDMARK_NAMES`, with
            (0, 0) at the centre of the first pixel; None where no landmarker was asked.
        scores68: (68,) float, the confidence of each, 0 to 1.
    """

    bbox: np.ndarray
    score: float | None = None
    landmarks: np.ndarray | None = None
    landmarks68: np.ndarray | None = None
    scores68: np.ndarray | None = None

    @classmethod
    def of_whole_image(cls, image: np.ndarray) -> 'Face':
        """The face of a picture that is a face crop already."""
        height, width = image.shape[:2]
        return cls(np.array([0.0, 0.0, width, height]))
