from pathlib import Path

import numpy as np

from mmfer.synthetic.layouts.base import five_points, write_atomically


def test_five_points():
    landmarks = np.arange(136, dtype=np.float32).reshape(68, 2)
    landmarks[36:42] = [[0, 0], [1, -1], [2, -1], [3, 0], [2, 1], [1, 1]]
    points = five_points(landmarks)
    assert points.shape == (5, 2)
    np.testing.assert_allclose(points[0], [1.5, 0])
    np.testing.assert_allclose(points[1], landmarks[42:48].mean(0))
    np.testing.assert_allclose(points[2:], landmarks[[30, 48, 54]])


def test_files_are_replaced_whole(tmp_path: Path):
    path = tmp_path / 'a' / 'b.txt'
    write_atomically(path, b'one')
    write_atomically(path, b'two')
    assert path.read_bytes() == b'two'
    assert list(path.parent.iterdir()) == [path]
