import numpy as np

from mmfer.evaluation.calibration import calibration_bins
from mmfer.visualization.plots.reliability import plot_reliability


def test_bars_are_shares_of_right_answers_and_dots_are_mean_confidences():
    confidences = np.array([0.3, 0.4, 0.9, 0.95, 1.0])
    right = np.array([False, True, True, True, False])
    bins = calibration_bins(confidences, right, 4)
    upper, lower = plot_reliability(bins).axes
    bars = [(round(bar.get_x(), 6), bar.get_height()) for bar in upper.patches]
    assert bars == [(0.25, 0.5), (0.75, 2 / 3)]
    dots = upper.lines[1].get_xydata()
    np.testing.assert_allclose(dots, [[0.35, 0.5], [0.95, 2 / 3]])
    assert [bar.get_height() for bar in lower.patches] == [0, 2, 0, 3]
    assert f'{bins.error:.2f} %' in upper.get_title()
