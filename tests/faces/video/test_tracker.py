import numpy as np
import pytest

from mmfer.faces import MTCNN, Face
from mmfer.faces.boxes import box_overlap
from mmfer.faces.video import FaceTracker
from tests.faces.video.clips import crossing, scene


class Counting:
    """MTCNN that counts its detections."""

    def __init__(self) -> None:
        self.mtcnn, self.detections = MTCNN(min_face_size=40), 0

    def detect(self, image: np.ndarray) -> list[Face]:
        self.detections += 1
        return self.mtcnn.detect(image)

    def follow(self, image: np.ndarray, boxes: np.ndarray) -> list[Face]:
        return self.mtcnn.follow(image, boxes)


def track(tracker: FaceTracker, frames: list[np.ndarray], rate: float = 25) -> list[dict]:
    return [
        {tracked.track: tracked.face for tracked in tracker(frame, i / rate)}
        for i, frame in enumerate(frames)
    ]


def test_two_moving_faces_keep_their_numbers_with_few_detections() -> None:
    frames, detector = crossing(12), Counting()
    found = track(FaceTracker(detector, detect_every=6), frames)
    assert detector.detections == 2
    assert all(set(faces) == {1, 2} for faces in found)
    centers = np.array([[faces[n].bbox.reshape(2, 2).mean(0) for n in (1, 2)] for faces in found])
    left = int(centers[0, 1, 0] < centers[0, 0, 0])  # which number the left face has
    moved = centers[-1] - centers[0]
    np.testing.assert_allclose(moved[left], (22, 11), atol=8)
    np.testing.assert_allclose(moved[1 - left], (-22, -11), atol=8)
    for frame, faces in zip(frames, found, strict=True):
        detected = np.array([face.bbox for face in detector.mtcnn.detect(frame)])
        for face in faces.values():
            assert box_overlap(face.bbox, detected).max() > 0.75


def test_following_finds_what_a_detection_finds() -> None:
    detector = MTCNN(min_face_size=40)
    before, after = scene((20, 30)), scene((26, 26))
    (face,) = detector.detect(before)
    (followed,) = detector.follow(after, face.bbox[None])
    (expected,) = detector.detect(after)
    assert box_overlap(followed.bbox, expected.bbox[None])[0] > 0.8
    assert np.abs(followed.landmarks - expected.landmarks).max() < 5
    (nothing,) = detector.follow(scene(), face.bbox[None])
    assert nothing.score < 0.3
    assert detector.follow(before, np.zeros((0, 4))) == []


def test_a_lost_face_is_searched_at_once_and_keeps_its_number_for_a_while() -> None:
    detector = Counting()
    tracker = FaceTracker(detector, detect_every=100, patience=0.5)
    here, jumped, away = scene((20, 30)), scene((240, 60)), scene()
    found = track(tracker, [here, here, away, away, away, here], rate=10)
    assert [set(faces) for faces in found[:5]] == [{1}, {1}, set(), set(), set()]
    assert detector.detections == 2  # at the start, and when the face was lost
    tracker = FaceTracker(Counting(), detect_every=1, patience=0.5)
    found = track(tracker, [here, away, here, *[away] * 7, here, jumped], rate=10)
    assert [set(faces) for faces in found] == [{1}, set(), {1}, *[set()] * 7, {2}, {3}]


def test_fifty_faces_and_an_exchange_of_detections() -> None:
    """Detections in any order are assigned by place."""
    grid = np.array([(x, y, x + 20, y + 24) for x in range(0, 300, 30) for y in range(0, 150, 30)])
    rng = np.random.default_rng(0)

    class Grid:
        def detect(self, image: np.ndarray) -> list[Face]:
            return [Face(grid[i] + self.shift, 0.9) for i in rng.permutation(50)]

    detector = Grid()
    tracker = FaceTracker(detector)
    places: dict[int, np.ndarray] = {}
    for i in range(5):
        detector.shift = 2.0 * i
        tracked = tracker(np.zeros((200, 320, 3), np.uint8), i / 10)
        assert [one.track for one in tracked] == list(range(1, 51))
        for one in tracked:
            first = places.setdefault(one.track, one.face.bbox)
            np.testing.assert_allclose(one.face.bbox - first, 2.0 * i)


def test_another_size_starts_anew() -> None:
    tracker = FaceTracker(MTCNN(min_face_size=40))
    assert [one.track for one in tracker(scene((20, 30)), 0)] == [1]
    assert [one.track for one in tracker(scene((20, 30))[:220], 0.1)] == [2]


def test_wrong_options_are_refused() -> None:
    for options in ({'detect_every': 0}, {'patience': -1}, {'patience': float('nan')}):
        with pytest.raises(ValueError, match='give at least 1 frame'):
            FaceTracker(MTCNN(), **options)
