import numpy as np
import pytest

from mmfer.synthetic import Head
from mmfer.synthetic.render.cylindrical_chart import SIZE, Chart, locate, look_up


@pytest.fixture(scope='module')
def chart(head: Head) -> Chart:
    return Chart(head)


def test_texels_are_at_their_located_positions(chart: Chart) -> None:
    points = np.stack([chart.x, chart.y, chart.z], -1)[::37, ::41]
    column, row = locate(points.reshape(-1, 3))
    rows, columns = np.meshgrid(np.arange(0, SIZE, 37), np.arange(0, SIZE, 41), indexing='ij')
    np.testing.assert_allclose(column, columns.ravel(), atol=0.3)
    np.testing.assert_allclose(row, rows.ravel(), atol=1e-2)


def test_texels_of_the_face_are_on_the_mesh(chart: Chart, head: Head) -> None:
    tip = head.vertices[head.landmarks[30]]
    column, row = np.rint(np.ravel(locate(tip[None]))).astype(int)
    assert chart.z[row, column] == pytest.approx(tip[2], abs=0.02)
    assert np.isfinite(chart.radius).all() and chart.radius.min() > 0


def test_look_up_is_bilinear_for_any_number_of_points() -> None:
    texture = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    column = np.full(40_001, 1.5, np.float32)
    row = np.full(40_001, 0.5, np.float32)
    np.testing.assert_allclose(look_up(texture, column, row), 3.5)


def test_bump_tilts_normals_away_from_a_ridge(chart: Chart) -> None:
    ridge = np.exp(-(((chart.y - 7.8) / 0.05) ** 2)) * 0.02
    bump = chart.bump(ridge.astype(np.float32))
    column = SIZE // 2
    above = np.argmin(np.abs(chart.y[:, 0] - 7.84))
    below = np.argmin(np.abs(chart.y[:, 0] - 7.76))
    assert bump[above, column, 1] > 0.1 and bump[below, column, 1] < -0.1
