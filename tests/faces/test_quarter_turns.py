import numpy as np
import pytest

from mmfer.faces import Face
from mmfer.faces.quarter_turns import turn_face_back, turn_image


@pytest.mark.parametrize('turns', range(4))
def test_points_follow_their_pixels(turns):
    """Three marked pixels of a wide image are found again from their places in the turned image."""
    image = np.zeros((5, 9, 3), np.uint8)
    marked = np.array([[1, 0], [7, 2], [3, 4]])
    for value, (x, y) in enumerate(marked, 1):
        image[y, x] = value
    turned = turn_image(image, turns)
    points = np.array([np.argwhere(turned[..., 0] == value)[0][::-1] for value in (1, 2, 3)])
    low, high = points.min(axis=0), points.max(axis=0) + 1  # the box holds whole pixels
    face = Face(np.concatenate([low, high]).astype(float), 0.9, points, points, np.ones(3))
    back = turn_face_back(face, turns, image.shape)
    assert back.landmarks.tolist() == back.landmarks68.tolist() == marked.tolist()
    assert back.bbox.tolist() == [1, 0, 8, 5]
    assert back.score == 0.9 and back.scores68.tolist() == [1, 1, 1]


def test_a_face_without_points():
    back = turn_face_back(Face(np.array([0.0, 1, 2, 3])), 1, (10, 20))
    assert back.bbox.tolist() == [17, 0, 19, 2]
    assert back.landmarks is None
