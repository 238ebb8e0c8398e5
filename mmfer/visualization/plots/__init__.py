"""Plots of confusion matrices, folds, rows of tables, training curves, samples and scales."""

from mmfer.visualization.plots.bn_scales import figure_pixels, plot_scales
from mmfer.visualization.plots.confusion import plot_confusion
from mmfer.visualization.plots.curves import plot_curves
from mmfer.visualization.plots.folds import plot_folds
from mmfer.visualization.plots.sample_grid import Cell, draw_sample_grid
from mmfer.visualization.plots.seed_bars import plot_rows

__all__ = [
    'Cell',
    'draw_sample_grid',
    'figure_pixels',
    'plot_confusion',
    'plot_curves',
    'plot_folds',
    'plot_rows',
    'plot_scales',
]
