"""Whether the frames of a clip still show the face."""

import numpy as np
import pytest

from mmfer.faces import MTCNN
from mmfer.faces.clips.face_presence import FacePresence, box_of, is_face
from tests.faces.photo_clips import photo_clip, photo_landmarks

POINTS = photo_landmarks()


@pytest.fixture(scope='module')
def frame() -> np.ndarray:
    return photo_clip(3, 1)[0]


def test_box_reaches_above_the_brows() -> None:
    x1, y1, x2, y2 = box_of(POINTS)
    assert (x1, x2, y2) == (POINTS[:, 0].min(), POINTS[:, 0].max(), POINTS[:, 1].max())
    assert y1 == pytest.approx(POINTS[:, 1].min() - 0.2 * np.ptp(POINTS[:, 1]))


def test_frames_without_the_face(frame: np.ndarray) -> None:
    presence = FacePresence(MTCNN(), frame, POINTS)
    assert presence.known and presence(frame, POINTS) and presence(frame[..., 0], POINTS)
    hand = frame.copy()
    hand[120:300, 60:220] = (180, 140, 120)
    noise = np.random.default_rng(0).integers(0, 256, frame.shape, np.uint8)
    for faceless in (hand, noise, *(np.full_like(frame, level) for level in (0, 127, 255))):
        assert not presence(faceless, POINTS)


def test_a_face_that_the_detector_does_not_know_counts_everywhere() -> None:
    drawing = np.full((340, 280, 3), 200, np.uint8)
    presence = FacePresence(MTCNN(), drawing, POINTS)
    assert not presence.known
    assert presence(np.zeros_like(drawing), POINTS)


def test_a_box_moved_by_a_quarter_of_its_side_still_holds_the_face(frame: np.ndarray) -> None:
    detector = MTCNN()
    box = box_of(POINTS)
    side = box[2] - box[0]
    assert is_face(detector, frame, box + side / 4 * np.array([1, 0, 1, 0]))
    assert not is_face(detector, frame, box + 2 * side)


def test_mtcnn_decides_for_a_detector_that_only_detects(frame: np.ndarray) -> None:
    class Detector:
        def detect(self, image: np.ndarray) -> list:
            return []

    assert is_face(Detector(), frame, box_of(POINTS))
    assert not is_face(Detector(), np.zeros_like(frame), box_of(POINTS))
