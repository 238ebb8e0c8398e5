"""Speeds of models: beside each other, and along a curve."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from mmfer.visualization.fonts import add_fallback_font
from mmfer.visualization.plots.curves import SERIES

Spread = tuple[float, float, float]
"""Median, smallest and largest value of the rounds."""


def plot_ratios(ratios: Mapping[str, Mapping[str, Spread]], title: str = '') -> Figure:
    """Draw the relative speeds of each row: the median, and a line over the rounds.

    Args:
        ratios: For each row, its ratio to the reference by measure, such as a batch size.
        title: Title of the figure.

    Raises:
        ValueError: If there are no ratios.

    Example:
        >>> figure = plot_ratios({'plain': {'at 4': (1, 1, 1)}, 'fast': {'at 4': (1.3, 1.2, 1.5)}})
    """
    measures = list(dict.fromkeys(measure for row in ratios.values() for measure in row))
    if not measures:
        raise ValueError('A plot of speeds needs one measurement or more.')
    add_fallback_font([*ratios, *measures, title])
    height = 1.4 + 0.28 * len(ratios) * len(measures)
    figure = Figure(figsize=(8, height), layout='constrained', dpi=110)
    axes = figure.subplots()
    for number, measure in enumerate(measures):
        offset = 0.6 * ((number + 0.5) / len(measures) - 0.5)
        found = [
            (y + offset, row[measure]) for y, row in enumerate(ratios.values()) if measure in row
        ]
        places = [y for y, _ in found]
        middle, low, high = zip(*(spread for _, spread in found), strict=True)
        color = SERIES[number % len(SERIES)]
        axes.hlines(places, low, high, color=color, lw=2)
        axes.plot(middle, places, 'o', c=color, ms=5, label=measure)
        for y, (value, _, largest) in found:
            axes.annotate(
                f'{value:.2f}',
                (largest, y),
                xytext=(6, 0),
                textcoords='offset points',
                size=8,
                va='center',
            )
    axes.axvline(1, c='#888888', ls='--', lw=1)
    axes.set_yticks(range(len(ratios)), list(ratios))
    axes.set_xlim(left=0)
    axes.margins(x=0.12)
    axes.invert_yaxis()
    axes.set_xlabel('speed relative to the reference (median, and all rounds)')
    axes.spines[['top', 'right']].set_visible(False)
    axes.grid(alpha=0.3, axis='x')
    axes.legend(loc='lower left', bbox_to_anchor=(0, 1), ncols=len(measures), frameon=False)
    if title:
        figure.suptitle(title)
    return figure


def plot_speed_curves(
    curves: Mapping[str, Mapping[float, Spread]], x_label: str, y_label: str, title: str = ''
) -> Figure:
    """Draw a curve for each model, with the band of its rounds.

    Args:
        curves: For each model, the speed by value.
        x_label: What the values are.
        y_label: What the speeds are.
        title: Title of the figure.

    Raises:
        ValueError: If there are no curves.

    Example:
        >>> figure = plot_speed_curves({'a': {1: (9, 8, 9), 2: (12, 9, 13)}}, 'batch', 'images/s')
    """
    if not any(curves.values()):
        raise ValueError('A plot of speeds needs one measurement or more.')
    add_fallback_font([*curves, x_label, y_label, title])
    figure = Figure(figsize=(8, 5), layout='constrained', dpi=110)
    axes = figure.subplots()
    values = sorted({value for curve in curves.values() for value in curve})
    for number, (name, curve) in enumerate(curves.items()):
        places = sorted(curve)
        middle, low, high = zip(*(curve[value] for value in places), strict=True)
        color = SERIES[number % len(SERIES)]
        axes.fill_between(places, low, high, color=color, alpha=0.2, lw=0)
        axes.plot(places, middle, 'o-', c=color, ms=4, label=name)
    if len(values) > 1 and values[-1] >= 8 * values[0] > 0:
        axes.set_xscale('log')
    axes.set_xticks(values, [f'{value:g}' for value in values])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(bottom=0)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.spines[['top', 'right']].set_visible(False)
    axes.grid(alpha=0.3)
    axes.legend(loc='lower left', bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    if title:
        figure.suptitle(title)
    return figure
