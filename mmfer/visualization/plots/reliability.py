"""Reliability diagrams: how often answers are right, by their confidence."""

import numpy as np
from matplotlib.figure import Figure

from mmfer.evaluation.calibration import CalibrationBins
from mmfer.visualization.plots.curves import SERIES


def plot_reliability(bins: CalibrationBins) -> Figure:
    """Draw a reliability diagram (DeGroot and Fienberg, The Statistician 32, 1983).

    The upper panel shows the share of right answers in each bin of confidence, and a dot at the
    mean confidence of the bin; on the diagonal, both are equal. The lower panel shows the number of
    answers.

    Args:
        bins: Bins of the largest class probability, from
            :func:`mmfer.evaluation.calibration.calibration_bins`.
    """
    width = 1 / len(bins.counts)
    left = np.arange(len(bins.counts)) * width
    filled = bins.counts > 0
    share = bins.outcomes[filled] / bins.counts[filled]
    confidence = bins.probabilities[filled] / bins.counts[filled]
    figure = Figure(figsize=(5.2, 5.6), layout='constrained', dpi=110)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.bar(left[filled], share, width, align='edge', color=SERIES[0], ec='white', label='right')
    upper.plot([0, 1], [0, 1], ls='--', c='#5f6b7a', lw=1)
    upper.plot(confidence, share, 'o', c=SERIES[1], ms=4, label='mean confidence')
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel='share of right answers')
    upper.set_title(f'expected calibration error {bins.error:.2f} %', size=11)
    upper.legend(loc='upper left', frameon=False)
    lower.bar(left, bins.counts, width, align='edge', color='#9aa5b1', ec='white')
    lower.set(xlabel='confidence', ylabel='images')
    for axes in (upper, lower):
        axes.spines[['top', 'right']].set_visible(False)
    return figure
