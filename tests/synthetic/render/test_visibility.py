import numpy as np

from mmfer.synthetic.render.visibility import visible_points


def test_points_are_hidden_by_surfaces_occluders_and_the_border() -> None:
    depth = np.full((100, 100), 5.0, np.float32)
    depth[:, 60:] = np.inf
    hidden = np.zeros((100, 100), bool)
    hidden[80:, :40] = True
    xy = np.float32([[20, 20], [20, 20], [20, 90], [80, 50], [-1, 50], [100, 50], [59.5, 50]])
    distance = np.float32([5, 5.5, 5, 7, 5, 5, 7])
    expected = [True, False, False, True, False, False, True]
    assert visible_points(xy, distance, depth, hidden, 0.1).tolist() == expected
