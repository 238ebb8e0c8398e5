"""Whether the frames of a clip still show the face."""

from functools import cache

import numpy as np

from mmfer.faces.detection.face_finder import Detector
from mmfer.faces.detection.mtcnn import MTCNN

LEAST_PRESENCE = 0.5
"""Below this probability, a box does not hold a face."""
FOREHEAD = 0.2
"""Height of the forehead, which has no landmarks, as a share of the height of the landmarks."""


def box_of(points: np.ndarray) -> np.ndarray:
    """The box (4,) of a face, from the hairline to the chin, around its landmarks (68, 2)."""
    low, high = points.min(axis=0), points.max(axis=0)
    return np.array([low[0], low[1] - FOREHEAD * (high[1] - low[1]), high[0], high[1]])


class FacePresence:
    """Whether frames show a face where the first frame showed it.

    If the detector does not take the first face for a face, as with a drawing, all frames count as
    showing the face.

    Args:
        detector: Its method ``presence`` decides, as that of MTCNN; for a detector without this
            method, MTCNN decides.
        frame: (H, W) or (H, W, 3) uint8, the frame in which the face is known.
        points: (68, 2), the landmarks of this face.
    """

    def __init__(self, detector: Detector, frame: np.ndarray, points: np.ndarray) -> None:
        self.detector = detector
        self.known = True
        self.known = self(frame, points)

    def __call__(self, frame: np.ndarray, points: np.ndarray) -> bool:
        if not self.known:
            return True
        return is_face(self.detector, frame, box_of(points))


def is_face(detector: Detector, frame: np.ndarray, box: np.ndarray) -> bool:
    """Whether a box (4,) of a frame (H, W) or (H, W, 3) uint8 holds a face."""
    image = frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, axis=2)
    judge = detector if hasattr(detector, 'presence') else _mtcnn()
    return bool(judge.presence(image, box[None])[0] >= LEAST_PRESENCE)


@cache
def _mtcnn() -> MTCNN:
    return MTCNN()
