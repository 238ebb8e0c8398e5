"""The scales of batch normalization, by which channels are pruned."""

from collections.abc import Mapping

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

SMALLEST = 1e-6
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def plot_scales(
    scales: Mapping[str, np.ndarray], threshold: float | None = None, title: str = ''
) -> Figure:
    """Draw the distribution of the absolute scales, over the network and in each layer.

    Args:
        scales: gamma (C,) of each batch norm, keyed by name, from input to output. Absolute scales
            below 1e-6 are drawn at 1e-6.
        threshold: An absolute scale to mark by a line, labelled with the share of all channels
            below it; None draws no line.
        title: Title of the figure.

    Returns:
        A figure with two panels: a histogram of all scales, on a logarithmic axis, and for each
        layer the median, the middle half and the middle nine tenths of its scales.

    Raises:
        ValueError: If there are no scales.
    """
    if not scales:
        raise ValueError('There are no scales to draw: give the scales of a batch norm.')
    layers = [np.maximum(np.abs(scale), SMALLEST) for scale in scales.values()]
    values = np.concatenate(layers)
    figure = Figure(figsize=(11, 4.4), layout='constrained', dpi=100)
    figure.suptitle(title, size=12)
    histogram, quantiles = figure.subplots(1, 2, width_ratios=(1, 1.3), sharey=True)

    highest = max(values.max(), 1.0)
    bins = np.geomspace(SMALLEST, highest * 1.01, 49)
    histogram.hist(values, bins, orientation='horizontal', color='#2a6fbb')
    histogram.set(yscale='log', xlabel='channels', ylabel='|scale|', ylim=(SMALLEST / 2, None))
    histogram.set_title(f'{len(values)} channels', size=11)

    positions = np.arange(len(layers))
    low, lower, median, upper, high = np.array([np.quantile(x, QUANTILES) for x in layers]).T
    quantiles.vlines(positions, low, high, color='#9db8d8', lw=2, label='5-95 %')
    quantiles.vlines(positions, lower, upper, color='#2a6fbb', lw=5, label='25-75 %')
    quantiles.plot(positions, median, 'o', c='#c8561b', ms=4, label='median')
    labels = list(scales)
    every = -(-len(labels) // 24)
    quantiles.set_xticks(positions[::every], labels[::every], rotation=90, size=7)
    quantiles.set_title('by batch norm', size=11)

    for axes in (histogram, quantiles):
        if threshold is not None:
            share = (values < max(threshold, SMALLEST)).mean()
            label = f'{share:.0%} lie below'
            axes.axhline(max(threshold, SMALLEST), c='#b02a4c', ls='--', lw=1.2, label=label)
        axes.minorticks_off()
        axes.grid(alpha=0.25, lw=0.6)
        axes.spines[['top', 'right']].set_visible(False)
    quantiles.legend(loc='lower left', frameon=False, fontsize=8)
    return figure


def figure_pixels(figure: Figure) -> np.ndarray:
    """Convert a figure to an image (H, W, 3) uint8 RGB."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
