"""The search of the cascade, with networks whose answers are known."""

import numpy as np
import pytest

from mmfer.faces.detection.cascade import Cascade


class OneWindow(Cascade):
    """Proposes the window at a row and column of the map of the largest scale, and confirms it."""

    def __init__(self, row: int, column: int, offset: float = 0.0) -> None:
        super().__init__(min_face_size=24)
        self.place, self.offset = (row, column), offset
        self.seen: list[tuple[int, ...]] = []

    def run_proposal(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        _, height, width, _ = images.shape
        faces = np.zeros((1, (height - 10) // 2, (width - 10) // 2), np.float32)
        if not self.seen:
            faces[0][self.place] = 0.9
        self.seen.append(images.shape)
        return faces, np.zeros((1, 4, *faces.shape[1:]), np.float32)

    def run_refinement(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.seen.append(images.shape)
        return np.full(len(images), 0.95), np.full((len(images), 4), self.offset, np.float32)

    def run_output(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self.seen.append(images.shape)
        points = np.tile(np.linspace(0, 1, 5)[:, None], (len(images), 1, 2))
        return np.full(len(images), 0.99), np.zeros((len(images), 4)), points


def test_a_window_of_the_map_is_a_box_of_the_image() -> None:
    detector = OneWindow(row=3, column=5)
    (face,) = detector.detect(np.zeros((100, 120, 3), np.uint8))
    # At the scale 1/2, windows of 12 px have steps of 2 px: in the image, of 24 px and 4 px.
    np.testing.assert_allclose(face.bbox, [20, 12, 44, 36])
    np.testing.assert_allclose(face.landmarks[:, 0], np.linspace(20, 44, 5))
    assert face.score == pytest.approx(0.99)
    assert detector.seen[0] == (1, 50, 60, 3) and detector.seen[-2:] == [
        (1, 24, 24, 3),
        (1, 48, 48, 3),
    ]


def test_offsets_are_shares_of_the_side() -> None:
    (face,) = OneWindow(row=3, column=5, offset=0.25).detect(np.zeros((100, 120, 3), np.uint8))
    np.testing.assert_allclose(face.bbox, [26, 18, 50, 42])


def test_scales_shrink_until_a_window_does_not_fit() -> None:
    detector = OneWindow(row=0, column=0)
    detector.detect(np.zeros((100, 120, 3), np.uint8))
    heights = [shape[1] for shape in detector.seen[:-2]]
    assert heights == [50, 35, 25, 18, 13]


def test_boxes_of_a_shrunk_image_are_those_of_the_image() -> None:
    detector = OneWindow(row=3, column=5)
    detector.max_side = 120
    (face,) = detector.detect(np.zeros((400, 480, 3), np.uint8))
    np.testing.assert_allclose(face.bbox, [80, 48, 176, 144])
