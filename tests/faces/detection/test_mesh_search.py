"""The crops of the face mesh, with a network whose answers are known."""

import numpy as np
import pytest

from mmfer.faces.detection.mesh_search import (
    LEFT_EYE,
    MESH_68,
    OWN_SCALE,
    RIGHT_EYE,
    MeshSearch,
)


class Dots(MeshSearch):
    """Takes a red and a green dot for the outer corners of the eyes, their middle for the rest."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.crops: list[np.ndarray] = []

    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.batches.append(len(crops))
        self.crops += list(crops)
        mesh = np.zeros((len(crops), 468, 3), np.float32)
        for points, crop in zip(mesh, crops, strict=True):
            eyes = [np.argwhere(crop[..., c] > 100).mean(axis=0)[::-1] + 0.5 for c in (0, 1)]
            points[:, :2] = np.mean(eyes, axis=0)
            points[LEFT_EYE, :2], points[RIGHT_EYE, :2] = eyes
            points[:, 2] = 10
        return mesh, np.full(len(crops), 0.75, np.float32)


def dots(left: tuple[int, int], right: tuple[int, int]) -> np.ndarray:
    """An image with a dot of 5 px around each point x, y."""
    image = np.zeros((240, 240, 3), np.uint8)
    for channel, (x, y) in enumerate((left, right)):
        image[y - 2 : y + 3, x - 2 : x + 3, channel] = 255
    return image


def test_points_of_the_crop_are_those_of_the_image() -> None:
    search = Dots()
    image, box = dots((90, 110), (150, 110)), np.array([[70.0, 70, 170, 170]])
    (mesh,), (face,) = search.mesh(image, box)
    np.testing.assert_allclose(mesh[[LEFT_EYE, RIGHT_EYE], :2], [[90, 110], [150, 110]], atol=0.5)
    np.testing.assert_allclose(mesh[:, 2], 10 * 1.24 * 100 / 192)  # the crop has 1.24 sides
    assert face == 0.75 and search.batches == [1]
    (points,), (scores,) = search.detect(image, box)
    np.testing.assert_allclose(points, mesh[MESH_68, :2], rtol=1e-6)
    assert points.dtype == scores.dtype == np.float32 and (scores <= 0.75).all()


def test_a_tilted_face_is_turned_upright() -> None:
    search = Dots()
    left, right = (90, 90), (150, 140)
    (mesh,), _ = search.mesh(dots(left, right), np.array([[60.0, 60, 180, 180]]))
    np.testing.assert_allclose(mesh[[LEFT_EYE, RIGHT_EYE], :2], [left, right], atol=0.5)
    first, second = search.crops
    assert search.batches == [1, 1]
    heights = [np.argwhere(second[..., c] > 100)[:, 0].mean() for c in (0, 1)]
    assert heights[0] == pytest.approx(heights[1], abs=1)
    assert np.argwhere(first[..., 0] > 100)[:, 0].mean() < 80  # the left eye was higher
    columns = [np.argwhere(second[..., c] > 100)[:, 1].mean() for c in (0, 1)]
    # The points are as wide as the eyes are apart, and the crop has 1.5 times their width.
    assert columns[1] - columns[0] == pytest.approx(192 / OWN_SCALE, abs=2)


def test_many_faces_pass_in_batches() -> None:
    search = Dots()
    image = dots((90, 110), (150, 110))
    mesh, faces = search.mesh(image, np.tile([[70.0, 70, 170, 170]], (20, 1)))
    assert mesh.shape == (20, 468, 3) and faces.shape == (20,) and search.batches == [16, 4]
    assert search.mesh(image, np.zeros((0, 4)))[0].shape == (0, 468, 3)
