import numpy as np
import pytest

from mmfer.evaluation.ranking import area_under_curve
from mmfer.visualization.plots.roc import plot_roc


def test_each_class_has_a_curve_with_its_area():
    rng = np.random.default_rng(0)
    scores = rng.dirichlet([1, 1, 1], 60)
    labels = rng.integers(0, 2, 60)  # the last class does not occur
    areas = [area_under_curve(scores[:, i], labels == i) for i in range(3)]
    figure = plot_roc(scores, labels, ['a_$', 'b', 'c'], areas)
    _, *curves = figure.axes[0].lines
    assert [curve.get_label() for curve in curves] == [f'a_$ {areas[0]:.1f}', f'b {areas[1]:.1f}']
    for curve, area in zip(curves, areas, strict=False):
        x, y = curve.get_xydata().T
        assert 100 * np.trapezoid(y, x) == pytest.approx(area)
