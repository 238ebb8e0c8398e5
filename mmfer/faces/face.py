"""A detected face."""

from dataclasses import dataclass

import numpy as np

KEYPOINT_NAMES = ('left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right')
"""The five points, in order; left and right are those of the picture, not of the person."""


@dataclass(frozen=True)
class Face:
    """One face in a picture.

    Args:
        bbox: (4,) float, x1, y1, x2, y2 in pixels; may reach beyond the picture's border.
        score: Confidence of the detector, 0 to 1; None where no detector was asked.
        landmarks: (5, 2) float, x, y in pixels in the order of :data:`KEYPOINT_NAMES`; None where
            no detector was asked.
    """

    bbox: np.ndarray
    score: float | None = None
    landmarks: np.ndarray | None = None

    @classmethod
    def of_whole_image(cls, image: np.ndarray) -> 'Face':
        """The face of a picture that is a face crop already."""
        height, width = image.shape[:2]
        return cls(np.array([0.0, 0.0, width, height]))
