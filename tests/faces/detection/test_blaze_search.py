"""The search of BlazeFace, with a network whose proposals are known."""

import numpy as np
import pytest

from mmfer.faces.detection.blaze_search import (
    FRAME_SHIFT,
    FRAME_SIDES,
    BlazeSearch,
    five_points,
    framed_box,
)


class Known(BlazeSearch):
    """Proposes given boxes with given probabilities in every image; the other boxes have none."""

    def __init__(self, scores: list[float], boxes: list[list[float]], **options: float) -> None:
        super().__init__(**options)
        self.scores, self.boxes = np.zeros((1, 896), np.float32), np.zeros((1, 896, 4), np.float32)
        self.scores[0, : len(scores)], self.boxes[0, : len(boxes)] = scores, boxes
        self.seen: list[np.ndarray] = []

    def run_network(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self.seen += list(images)
        count = len(images)
        corners = self.boxes.reshape(1, 896, 2, 2)
        points = np.repeat(corners.mean(axis=2, keepdims=True), 6, axis=2)
        return tuple(np.repeat(x, count, axis=0) for x in (self.scores, self.boxes, points))


def framed(box: list[float]) -> list[float]:
    """The box of MTCNN for a box x1, y1, x2, y2."""
    x1, y1, x2, y2 = box
    x, y = (x1 + x2) / 2 + (x2 - x1) * FRAME_SHIFT[0], (y1 + y2) / 2 + (y2 - y1) * FRAME_SHIFT[1]
    w, h = (x2 - x1) * FRAME_SIDES[0] / 2, (y2 - y1) * FRAME_SIDES[1] / 2
    return [x - w, y - h, x + w, y + h]


def test_shares_of_the_square_are_pixels_of_the_image() -> None:
    detector = Known([0.9], [[0.25, 0.5, 0.5, 0.75]])
    (face,) = detector.detect(np.full((256, 512, 3), 90, np.uint8))
    # The square has 512 px of the image; 128 px above the image and below it are black.
    np.testing.assert_allclose(face.bbox, framed([128, 256 - 128, 256, 384 - 128]), atol=1e-4)
    assert face.score == pytest.approx(0.9)
    np.testing.assert_allclose(face.landmarks, np.tile([192, 192], (5, 1)), atol=1e-4)
    (square,) = detector.seen
    assert square.shape == (128, 128, 3) and (square[32:96] == 90).all()
    assert not square[:32].any() and not square[96:].any()


def test_proposals_of_one_face_are_averaged_by_their_probabilities() -> None:
    boxes = [[0.2, 0.2, 0.4, 0.4], [0.22, 0.2, 0.42, 0.4], [0.7, 0.7, 0.9, 0.9], [0.5, 0, 0.6, 0.1]]
    image = np.zeros((128, 128, 3), np.uint8)
    scores = [0.9, 0.6, 0.8, 0.4]
    first, second = Known(scores, boxes).detect(image)
    assert (first.score, second.score) == (pytest.approx(0.9), pytest.approx(0.8))
    mean = (0.9 * np.array(boxes[0]) + 0.6 * np.array(boxes[1])) / 1.5 * 128
    np.testing.assert_allclose(first.bbox, framed(mean.tolist()), atol=1e-4)
    assert len(Known(scores, boxes, threshold=0.3).detect(image)) == 3


def test_small_boxes_are_left_out() -> None:
    box = [[0.2, 0.2, 0.4, 0.4]]
    side = 0.2 * 100 * np.sqrt(FRAME_SIDES.prod())
    image = np.zeros((100, 100, 3), np.uint8)
    assert len(Known([0.9], box, min_face_size=int(side)).detect(image)) == 1
    assert Known([0.9], box, min_face_size=int(side) + 1).detect(image) == []


def test_presence_is_the_best_probability_at_the_place_of_a_box() -> None:
    """The crop has twice the side of the box, so the box lies in its middle half."""
    detector = Known([0.7, 0.6, 0.95], [[0.3, 0.3, 0.7, 0.7]] * 2 + [[0.0, 0.0, 0.2, 0.2]])
    image = np.zeros((200, 300, 3), np.uint8)
    found = detector.presence(image, np.array([[40.0, 40, 100, 100], [-20, 150, 30, 210]]))
    np.testing.assert_allclose(found, [0.7, 0.7], atol=1e-6)
    assert detector.presence(image, np.zeros((0, 4))).shape == (0,) and len(detector.seen) == 2


def test_the_frame_is_that_of_mtcnn() -> None:
    np.testing.assert_allclose(
        framed_box(np.array([[10.0, 20], [50, 80]])), framed([10, 20, 50, 80])
    )


def test_the_mouth_corners_lie_beside_the_center_in_parallel_with_the_eyes() -> None:
    six = np.array([[10.0, 10], [30, 20], [18, 25], [16, 32], [0, 0], [0, 0]])
    points = five_points(six)
    assert points[:3].tolist() == six[:3].tolist()
    np.testing.assert_allclose(points[3:].mean(axis=0), six[3])
    eyes, mouth = points[1] - points[0], points[4] - points[3]
    assert eyes[0] * mouth[1] - eyes[1] * mouth[0] == pytest.approx(0)
    assert 0.5 < mouth[0] / eyes[0] < 1
