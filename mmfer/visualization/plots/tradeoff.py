"""Accuracy against latency of several models."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from mmfer.visualization.fonts import add_fallback_font
from mmfer.visualization.plots.curves import SERIES


def plot_tradeoff(points: Mapping[str, tuple[float, float]], title: str = '') -> Figure:
    """Draw a point for each model, and a line through the models that no other one beats.

    Args:
        points: For each model, its latency in milliseconds an image and its accuracy in percent.
        title: Title of the figure.

    Raises:
        ValueError: If there are no points.

    Example:
        >>> figure = plot_tradeoff({'float32': (2.0, 81.2), 'int8': (1.1, 80.9)})
    """
    if not points:
        raise ValueError('A plot of accuracy against latency needs one model or more.')
    best = not_beaten(points)
    add_fallback_font([*points, title])
    figure = Figure(figsize=(8, 5.5), layout='constrained', dpi=110)
    axes = figure.subplots()
    axes.plot(*zip(*(points[name] for name in best), strict=True), '--', c='#888888', lw=1)
    for name, point in points.items():
        ahead = name in best
        axes.plot(*point, 'o', c=SERIES[0 if ahead else 1])
        axes.annotate(name, point, xytext=(5, -11), textcoords='offset points', size=8)
    axes.set_xscale('log')
    axes.xaxis.set_major_formatter('{x:g}')
    axes.xaxis.set_minor_formatter('{x:g}')
    axes.margins(x=0.2, y=0.1)
    axes.set_xlabel('milliseconds an image (log)')
    axes.set_ylabel('accuracy (%)')
    axes.spines[['top', 'right']].set_visible(False)
    axes.grid(alpha=0.3)
    if title:
        figure.suptitle(title)
    return figure


def not_beaten(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """The models than which no other one is both faster and more accurate, by their latency."""
    best: list[str] = []
    for name in sorted(points, key=lambda name: (points[name][0], -points[name][1])):
        if not best or points[name][1] > points[best[-1]][1]:
            best.append(name)
    return best
