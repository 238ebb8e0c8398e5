"""A bar chart of a table over seeds (figure 8 of paper 004)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from mmfer.visualization.fonts import add_fallback_font
from mmfer.visualization.plots.curves import SERIES


def plot_rows(
    rows: Mapping[str, Mapping[str, Sequence[float]]], title: str = '', unit: str = '%'
) -> Figure:
    """Draw a group of bars for each row: the mean of each measure, and a dot for each seed.

    Args:
        rows: For each row, the values of each measure over the seeds; all rows have the same
            measures.
        title: Title of the figure.
        unit: Unit of all measures.

    Raises:
        ValueError: If there are no rows, or rows differ in their measures.
    """
    measures = list(next(iter(rows.values()), ()))
    if not measures or any(list(row) != measures for row in rows.values()):
        found = '; '.join(f'{name}: {", ".join(row)}' for name, row in rows.items())
        raise ValueError(
            f'Bars need rows with the same measures: {found or "no row"}. Give such rows.'
        )
    thickness = 0.8 / len(measures)
    height = 1.2 + 0.3 * len(rows) * len(measures)
    add_fallback_font([*rows, title, *(name for row in rows.values() for name in row)])
    figure = Figure(figsize=(8, height), layout='constrained', dpi=110)
    axes = figure.subplots()
    places = np.arange(len(rows), dtype=float)
    for i, measure in enumerate(measures):
        offset = places + (i - (len(measures) - 1) / 2) * thickness
        values = [np.asarray(row[measure], dtype=float) for row in rows.values()]
        means = [float(v.mean()) for v in values]
        axes.barh(offset, means, thickness * 0.9, color=SERIES[i % len(SERIES)], label=measure)
        for y, seeds, mean in zip(offset, values, means, strict=True):
            if len(seeds) > 1:
                axes.plot(seeds, np.full(len(seeds), y), 'o', c='#222222', ms=3)
            axes.text(max(mean, seeds.max()) + 1, y, f'{mean:.1f}', va='center', size=8)
    axes.set_yticks(places, list(rows))
    axes.set_xlabel(unit)
    axes.set_xlim(right=axes.get_xlim()[1] * 1.05)
    axes.invert_yaxis()
    axes.spines[['top', 'right']].set_visible(False)
    axes.legend(loc='lower left', bbox_to_anchor=(0, 1), ncols=len(measures), frameon=False)
    if title:
        figure.suptitle(title)
    return figure
