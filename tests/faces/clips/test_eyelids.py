import numpy as np

from mmfer.faces.clips.eyelids import MARGIN, beside_eyelids


def test_a_box_around_each_eye_is_left_out() -> None:
    points = np.full((68, 2), 5.0)
    points[36:42] = [(20, 30), (23, 28), (27, 28), (30, 30), (27, 32), (23, 32)]
    points[42:48] = points[36:42] + [30, 4]
    still = beside_eyelids(points, (60, 90))
    assert MARGIN * 10 == 3
    expected = np.ones((60, 90), bool)
    expected[25:36, 17:34] = expected[29:40, 47:64] = False
    np.testing.assert_array_equal(still, expected)


def test_eyes_outside_the_frame_exclude_nothing() -> None:
    points = np.full((68, 2), -20.0)
    points[42:48] = [(88, 58), (89, 57), (91, 57), (92, 58), (91, 59), (89, 59)]
    still = beside_eyelids(points, (60, 90))
    assert not still[59, 89] and still.sum() == 60 * 90 - 5 * 4
