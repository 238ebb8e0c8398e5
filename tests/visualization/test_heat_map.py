import numpy as np
import pytest

from mmfer.visualization import overlay_heat_map, scaled

FACE = np.full((40, 60, 3), 100, np.uint8)


def test_scaled_runs_from_0_to_1():
    np.testing.assert_allclose(scaled(np.array([[2, 4], [3, 6]])), [[0, 0.5], [0.25, 1]])
    assert (scaled(np.full((2, 2), 7.0)) == 0).all()


def test_low_values_are_blue_and_high_values_red():
    heat = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    drawn = overlay_heat_map(FACE, heat).astype(int)
    assert drawn.shape == FACE.shape
    # 20 pixels a cell: the middles of the last and of the first one
    red, blue = drawn[30, 50], drawn[10, 10]
    assert red[0] > red[2] + 40
    assert blue[2] > blue[0] + 40
    # jet's ends are (0.5, 0, 0) and (0, 0, 0.5)
    np.testing.assert_allclose(red, [50 + 64, 50, 50], atol=1)
    np.testing.assert_allclose(blue, [50, 50, 50 + 64], atol=1)


def test_opacity():
    heat = np.random.default_rng(0).uniform(size=(4, 4))
    assert (overlay_heat_map(FACE, heat, 0) == FACE).all()
    assert (overlay_heat_map(FACE, heat, 1) != overlay_heat_map(FACE // 2, heat, 0.9)).any()
    assert (overlay_heat_map(FACE, heat, 1) == overlay_heat_map(FACE // 2, heat, 1)).all()


@pytest.mark.parametrize('heat', [np.zeros(4), np.full((2, 2), 1.5), np.full((2, 2), np.nan)])
def test_invalid_heat_maps_are_refused(heat):
    with pytest.raises(ValueError, match='from 0 to 1'):
        overlay_heat_map(FACE, heat)
