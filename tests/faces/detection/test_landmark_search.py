"""The crops of the landmarker, with a network whose answers are known."""

import numpy as np
import pytest

from mmfer.faces.detection.landmark_search import LandmarkSearch
from mmfer.faces.landmark_order import MIRRORED_68


class Bright(LandmarkSearch):
    """Takes the brightest pixel of the crop for all points, and the brightness for the score."""

    def __init__(self, mirror: bool = False) -> None:
        super().__init__(mirror)
        self.batches: list[int] = []

    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.batches.append(len(crops))
        found = [np.unravel_index(crop[..., 0].argmax(), crop.shape[:2]) for crop in crops]
        places = (np.array(found, np.float32)[:, ::-1] + 0.5) / crops.shape[1]
        scores = np.array([crop.max() / 255 for crop in crops], np.float32)
        return np.repeat(places[:, None], 68, axis=1), np.repeat(scores[:, None], 68, axis=1)


@pytest.mark.parametrize('mirror', [False, True])
def test_points_are_those_of_the_image(mirror: bool) -> None:
    image = np.zeros((200, 200, 3), np.uint8)
    image[90:96, 60:66] = 255  # the center of this square is the pixel (62.5, 92.5)
    points, scores = Bright(mirror).detect(image, np.array([[20.0, 30, 120, 130]]))
    assert points.shape == (1, 68, 2) and points.dtype == np.float32
    assert np.abs(points - [62.5, 92.5]).max() < 4
    np.testing.assert_allclose(scores, 1)


@pytest.mark.parametrize(('mirror', 'batches'), [(False, [16, 4]), (True, [32, 8])])
def test_many_faces_pass_in_batches(mirror: bool, batches: list[int]) -> None:
    search = Bright(mirror)
    boxes = np.tile([[20.0, 30, 120, 130]], (20, 1))
    points, _ = search.detect(np.zeros((200, 200, 3), np.uint8), boxes)
    assert len(points) == 20 and search.batches == batches


def test_points_of_the_mirror_image_have_the_names_of_their_counterparts() -> None:
    class Numbered(Bright):
        def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            points = np.full((len(crops), 68, 2), 0.5)
            return points, np.stack([np.zeros(68), np.arange(68) / 68])

    image, box = np.zeros((9, 9, 3), np.uint8), np.array([[0.0, 0, 9, 9]])
    _, scores = Numbered(mirror=True).detect(image, box)
    np.testing.assert_allclose(scores[0], MIRRORED_68 / 68 / 2, atol=1e-6)
