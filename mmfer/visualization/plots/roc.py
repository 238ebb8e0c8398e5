"""ROC curves of each class against all others."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from mmfer.visualization.fonts import add_fallback_font
from mmfer.visualization.plots.curves import SERIES

STYLES = ('-', '--', ':', '-.', (0, (5, 1, 1, 1, 1, 1)))


@matplotlib.rc_context({'text.parse_math': False})  # names are not TeX
def plot_roc(
    scores: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    areas: Sequence[float | None],
) -> Figure:
    """Draw the ROC curve of each class against all others.

    Args:
        scores: Class probabilities (N, C).
        labels: True classes (N,).
        classes: The C names.
        areas: The area under each curve in percent; None for a class without a curve, because all
            or none of the labels are of this class.
    """
    many = len(classes) > 12
    add_fallback_font(classes)
    figure = Figure(figsize=(5.2 + (4.2 if many else 2.6), 5), layout='constrained', dpi=110)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], ls='--', c='#9aa5b1', lw=1)
    for i, (name, area) in enumerate(zip(classes, areas, strict=True)):
        if area is None:
            continue
        false, true, _ = roc_curve(labels == i, scores[:, i])
        color, style = SERIES[i % len(SERIES)], STYLES[i // len(SERIES) % len(STYLES)]
        axes.plot(false, true, c=color, ls=style, lw=1.4, label=f'{name} {area:.1f}')
    axes.set(xlabel='share of other images above the threshold', xlim=(-0.01, 1), ylim=(0, 1.01))
    axes.set_ylabel('share of images of the class above it')
    axes.set_aspect('equal')
    axes.spines[['top', 'right']].set_visible(False)
    figure.legend(
        loc='outside right center',
        title='area (%)',
        fontsize=7 if many else 9,
        ncols=2 if many else 1,
        frameon=False,
    )
    return figure
