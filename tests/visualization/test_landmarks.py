import numpy as np
import pytest

from mmfer.visualization import draw_landmarks
from mmfer.visualization.landmarks import HIDDEN, SEEN


def test_dots_have_the_color_of_their_score():
    image = np.full((40, 60, 3), 128, np.uint8)
    points = np.array([[[10, 20], [30, 20], [50, 20]]])
    drawn = draw_landmarks(image, points, np.array([[1.0, 0.0, 0.5]]), radius=3)
    for (x, y), color in zip(points[0], (SEEN, HIDDEN, (SEEN + HIDDEN) / 2), strict=True):
        np.testing.assert_allclose(drawn[y, x], color, atol=1)
        assert (drawn[y, x + 6] == 128).all()
    assert (image == 128).all()


def test_without_scores_all_points_are_visible_and_may_be_outside():
    image = np.zeros((20, 20, 3), np.uint8)
    drawn = draw_landmarks(image, np.array([[5, 5], [-30, 90]]), radius=2)
    np.testing.assert_array_equal(drawn[5, 5], SEEN)


def test_without_a_face_nothing_is_drawn():
    image = np.zeros((20, 20, 3), np.uint8)
    drawn = draw_landmarks(image, np.zeros((0, 68, 2)), np.zeros((0, 68)))
    np.testing.assert_array_equal(drawn, image)


def test_a_wrong_number_of_scores_is_refused():
    with pytest.raises(ValueError, match='one score for each point'):
        draw_landmarks(np.zeros((9, 9, 3), np.uint8), np.zeros((68, 2)), np.ones(67))
