"""The figure of a cross validation."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmfer.visualization.fonts import add_fallback_font
from mmfer.visualization.plots.confusion import draw_matrix
from mmfer.visualization.plots.curves import SERIES


def plot_folds(
    matrix: np.ndarray, classes: Sequence[str], folds: Sequence[dict[str, Any]], title: str = ''
) -> Figure:
    """Draw the confusion matrix over all folds, and a bar with the accuracy of each fold.

    Args:
        matrix: Counts (C, C), with true classes in rows and predicted classes in columns.
        classes: The C names.
        folds: For each fold ``fold`` (its name), ``samples``, ``correct`` and ``classes`` (the
            number of samples of each class), as in :func:`mmfer.evaluation.fold_report`.
        title: Title of the figure.
    """
    side = 3.5 + 0.45 * len(classes)
    height = max(side, 1.2 + 0.26 * len(folds))
    add_fallback_font([*classes, title, *(str(fold['fold']) for fold in folds)])
    figure = Figure(figsize=(side + 5.5, height), layout='constrained', dpi=110)
    left, right = figure.subplots(1, 2, width_ratios=(side, 4.5))
    draw_matrix(left, np.asarray(matrix), list(classes))
    left.set_title('all folds, % of the true class', size=10)
    _draw_bars(right, folds)
    if title:
        figure.suptitle(title)
    return figure


def _draw_bars(axes: Axes, folds: Sequence[dict[str, Any]]) -> None:
    correct = np.array([fold['correct'] for fold in folds])
    samples = np.array([fold['samples'] for fold in folds])
    percent = 100 * correct / samples
    single = [len(fold['classes']) == 1 for fold in folds]
    colors = [SERIES[5] if one else SERIES[0] for one in single]
    axes.barh(range(len(folds)), percent, color=colors, height=0.7)
    for i, fold in enumerate(folds):
        only = f', only {next(iter(fold["classes"]))}' if single[i] else ''
        axes.text(102, i, f'{correct[i]}/{samples[i]}{only}', va='center', size=8)
    overall = 100 * correct.sum() / samples.sum()
    axes.axvline(overall, c=SERIES[1], ls='--', lw=1.2, label=f'all folds: {overall:.1f} %')
    axes.set_yticks(range(len(folds)), [fold['fold'] for fold in folds])
    axes.set(xlim=(0, 150), xticks=range(0, 101, 20), xlabel='correct (%)', ylabel='fold')
    axes.xaxis.set_label_coords(50, -0.09, transform=axes.get_xaxis_transform())
    axes.invert_yaxis()
    axes.spines[['top', 'right']].set_visible(False)
    axes.spines['bottom'].set_bounds(0, 100)
    axes.legend(loc='lower left', bbox_to_anchor=(0, 1), frameon=False, fontsize=8)
