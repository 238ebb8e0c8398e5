"""Plots of speeds."""

import pytest

from mmfer.visualization.plots.speeds import plot_ratios, plot_speed_curves


def test_a_point_and_a_line_for_each_ratio() -> None:
    rows = {'a': {'at 1': (1, 1, 1), 'at 4': (1, 1, 1)}, 'b': {'at 1': (1.5, 1.2, 1.9)}}
    axes = plot_ratios(rows, 'title').axes[0]
    assert [text.get_text() for text in axes.texts] == ['1.00', '1.50', '1.00']
    assert [label.get_text() for label in axes.get_yticklabels()] == ['a', 'b']
    (line,) = [path for path in axes.collections[0].get_paths() if path.vertices[0][0] == 1.2]
    assert line.vertices[1][0] == 1.9
    with pytest.raises(ValueError, match='one measurement or more'):
        plot_ratios({})


def test_a_curve_and_a_band_for_each_model() -> None:
    curves = {'a': {8: (3, 2, 4), 1: (1, 1, 1)}, 'b': {1: (2, 1, 3)}}
    axes = plot_speed_curves(curves, 'batch', 'images/s').axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[1, 1], [8, 3]]
    assert axes.collections[0].get_paths()[0].get_extents().y1 == 4
    assert axes.get_xscale() == 'log' and axes.get_ylabel() == 'images/s'
    assert [label.get_text() for label in axes.get_xticklabels()] == ['1', '8']
    with pytest.raises(ValueError, match='one measurement or more'):
        plot_speed_curves({}, 'batch', 'images/s')
