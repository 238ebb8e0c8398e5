"""Confusion matrices as an image (paper 000, figure 10)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mmfer.visualization.fonts import add_fallback_font


def plot_confusion(
    matrices: Mapping[str, np.ndarray],
    classes: Sequence[str],
    coarse_classes: Sequence[str] | None = None,
    parents: Sequence[int] | None = None,
) -> Figure:
    """Draw confusion matrices with rows in percent, at most three side by side.

    Args:
        matrices: Counts (C, C) of each model, with true classes in rows and predicted classes in
            columns, keyed by title; a title may be empty.
        classes: The C names.
        coarse_classes: The names of the coarse classes to mark, or None.
        parents: The coarse class of each class; classes are sorted by coarse class.
    """
    order = np.arange(len(classes)) if parents is None else np.argsort(parents, kind='stable')
    names = [classes[i] for i in order]
    side = 3.5 + 0.32 * len(names)
    columns = min(3, len(matrices))
    rows = -(-len(matrices) // columns)
    add_fallback_font([*matrices, *classes, *(coarse_classes or ())])
    figure = Figure(figsize=((side + 1) * columns, side * rows), layout='constrained', dpi=110)
    panels = figure.subfigures(rows, columns, squeeze=False).ravel()
    for panel, (title, matrix) in zip(panels, matrices.items(), strict=False):
        axes = panel.add_subplot()
        draw_matrix(axes, np.asarray(matrix)[np.ix_(order, order)], names)
        panel.colorbar(axes.images[0], ax=axes, label='% of the true class', shrink=0.7, pad=0.02)
        if title:
            panel.suptitle(title)
        if coarse_classes is not None and parents is not None:
            _mark_groups(axes, [coarse_classes[parents[i]] for i in order])
    return figure


def draw_matrix(axes: Axes, counts: np.ndarray, names: list[str]) -> None:
    """Draw one matrix of counts with rows in percent."""
    totals = counts.sum(axis=1, keepdims=True)
    percent = 100 * counts / np.maximum(totals, 1)
    axes.imshow(percent, cmap='Blues', vmin=0, vmax=100)
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(
        range(len(names)),
        [f'{name} ({int(total)})' for name, total in zip(names, totals[:, 0], strict=True)],
    )
    axes.set_xlabel('predicted')
    axes.set_ylabel('true (images)')
    size = 9 if len(names) <= 12 else 6.5
    for (row, column), value in np.ndenumerate(percent):
        if value >= 0.5:
            color = 'white' if value > 50 else '#1a1a1a'
            axes.text(column, row, f'{value:.0f}', ha='center', va='center', c=color, size=size)


def _mark_groups(axes: Axes, group: list[str]) -> None:
    """Draw a frame around each coarse class on the diagonal, with its name above its columns."""
    starts = [i for i in range(len(group)) if i == 0 or group[i] != group[i - 1]]
    for start, end in zip(starts, [*starts[1:], len(group)], strict=True):
        corner, length = start - 0.5, end - start
        fits = len(group[start]) <= 3 * length
        frame = Rectangle((corner, corner), length, length, fill=False, ec='#b3450f', lw=1.6)
        axes.add_patch(frame)
        axes.text(
            corner + length / 2,
            -0.8,
            group[start],
            ha='center' if fits else 'left',
            va='bottom',
            rotation=0 if fits else 45,
            c='#b3450f',
        )
        if start:
            for line in (axes.axhline, axes.axvline):
                line(corner, c='#b3450f', lw=0.4, alpha=0.6)
