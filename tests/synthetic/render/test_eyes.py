import numpy as np
import pytest

from mmfer.synthetic import Head, Person
from mmfer.synthetic.render.eyes import EYE_CENTER, eye_albedo


def test_the_center_equals_that_of_the_mesh(head: Head) -> None:
    left, right = (head.vertices[ids].mean(0) for ids in head.eye_vertices)
    np.testing.assert_allclose(left, EYE_CENTER, atol=2e-3)
    np.testing.assert_allclose(right * [-1, 1, 1], EYE_CENTER, atol=2e-3)


def test_pupil_iris_and_white_are_nested() -> None:
    person = Person(iris=(0.1, 0.2, 0.5), iris_radius=0.5)
    angles = np.array([0.0, 0.33, 0.8])
    directions = np.stack([np.sin(angles), 0 * angles, np.cos(angles)], 1)
    pupil, iris, white = eye_albedo(directions, person)
    assert pupil.max() < 0.02
    assert iris[2] > 2 * iris[0]
    assert white.min() > 0.6


def test_a_larger_iris_covers_more() -> None:
    at = np.array([[np.sin(0.55), 0, np.cos(0.55)]])
    small, large = (eye_albedo(at, Person(iris_radius=r)).mean() for r in (0.45, 0.7))
    assert large == pytest.approx(large) and large < 0.5 * small
