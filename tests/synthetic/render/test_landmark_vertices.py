import numpy as np

from mmfer.synthetic import Head, Person
from mmfer.synthetic.render.landmark_vertices import BASE_VERTICES

MIRROR = [
    *range(16, -1, -1),
    *range(26, 16, -1),
    *(27, 28, 29, 30, 35, 34, 33, 32, 31),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
]


def test_there_are_68_different_vertices() -> None:
    assert len(BASE_VERTICES) == len(set(BASE_VERTICES)) == 68


def test_left_and_right_mirror_each_other(head: Head) -> None:
    points = head.shape(Person())[head.landmarks]
    np.testing.assert_allclose(points[MIRROR] * [-1, 1, 1], points, atol=0.01)


def test_the_points_are_at_the_ibug_positions(head: Head) -> None:
    x, y, z = head.shape(Person())[head.landmarks].T
    assert (np.diff(x[:17]) > 0).all(), 'the jaw runs from the right ear to the left one'
    assert y[:17].argmin() == 8
    assert (np.diff(x[17:27]) > 0).all()
    assert (np.diff(y[27:31]) < 0).all() and z[:].argmax() == 30, 'down the nose to its tip'
    assert y[31:36].argmin() == 2
    for first in (36, 42):
        eye = slice(first, first + 6)
        assert x[eye].argmin() == 0 and x[eye].argmax() == 3
        assert (y[eye][1:3] > y[eye][[0, 3]].max()).all()
        assert (y[eye][4:] < y[eye][[0, 3]].min()).all()
    assert x[48:60].argmin() == 0 and x[48:60].argmax() == 6
    assert y[51] > y[62] > y[66] - 1e-3 > y[57]


def test_eye_points_follow_the_lids(head: Head) -> None:
    shape = head.shape(Person())
    shut = head.express(shape, {'eyeBlinkLeft': 1.0})[head.landmarks]
    openness = [p[43, 1] - p[47, 1] for p in (shape[head.landmarks], shut)]
    assert openness[1] < 0.35 * openness[0]
