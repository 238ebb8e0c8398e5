"""A detected face."""

from dataclasses import dataclass, replace

import numpy as np

KEYPOINT_NAMES = ('left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right')
"""Names of the five points; left and right refer to the image, not to the person."""
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
"""Names of the 68 landmarks in the order of iBUG 300-W; left and right refer to the image."""


@dataclass(frozen=True)
class Face:
    """One face in an image.

    Args:
        bbox: (4,) float, x1, y1, x2, y2 in pixels; may extend beyond the image.
        score: Confidence of the detector, 0 to 1; None without a detector.
        landmarks: (5, 2) float, x, y in pixels in the order of :data:`KEYPOINT_NAMES`; None without
            a detector.
        landmarks68: (68, 2) float, x, y in pixels in the order of :data:`LANDMARK_NAMES`, with
            (0, 0) at the center of the first pixel; None without a landmarker.
        scores68: (68,) float, the confidence of each of the 68 landmarks, 0 to 1.
        quality: How well its pixels can be read, 0 to 1, see
            :func:`mmfer.faces.quality.face_quality`; None if that was not measured.
    """

    bbox: np.ndarray
    score: float | None = None
    landmarks: np.ndarray | None = None
    landmarks68: np.ndarray | None = None
    scores68: np.ndarray | None = None
    quality: float | None = None

    @classmethod
    def of_whole_image(cls, image: np.ndarray) -> 'Face':
        """The face of an image that is a face crop: its box is the whole image."""
        height, width = image.shape[:2]
        return cls(np.array([0.0, 0.0, width, height]))

    def scaled(self, factor: float, pad: tuple[int, int] = (0, 0)) -> 'Face':
        """The same face in an image that is ``factor`` times as large.

        Args:
            factor: The factor.
            pad: The columns and rows of the larger image that are cut off at its beginning, see
                :class:`mmfer.faces.image_decoder.LoadedImage`.
        """
        if factor == 1:
            return self
        cut = np.array(pad)
        half = (factor - 1) / 2 - cut  # (0, 0) is the center of the first pixel, not its corner
        points, points68 = self.landmarks, self.landmarks68
        return replace(
            self,
            bbox=self.bbox * factor - np.tile(cut, 2),
            landmarks=None if points is None else points * factor + half,
            landmarks68=None if points68 is None else points68 * factor + half,
        )
