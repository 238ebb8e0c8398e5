"""t-SNE of features, fine classes grouped by their coarse class.

Figure 9 of paper 003, and figure 9 of paper 000.
"""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from sklearn.manifold import TSNE

from mmfer.visualization.fonts import add_fallback_font


def class_colors(parents: Sequence[int]) -> np.ndarray:
    """RGB colors (C, 3) of the fine classes: a hue per coarse class, and a shade per fine class.

    If all classes have the same coarse class, each fine class has its own hue.
    """
    parent_of = np.asarray(parents)
    if len(np.unique(parent_of)) == 1:
        parent_of = np.arange(len(parent_of))
    hues = matplotlib.colormaps['hsv'](np.linspace(0, 1, parent_of.max() + 2)[:-1])[:, :3]
    colors = np.empty((len(parents), 3))
    for parent in np.unique(parent_of):
        members = np.flatnonzero(parent_of == parent)
        shades = np.linspace(1.0, 0.45, len(members))[:, None]
        colors[members] = hues[parent] * shades + 0.25 * (1 - shades)
    return colors


def tsne(features: np.ndarray, seed: int = 0, perplexity: float = 30.0) -> np.ndarray:
    """Embed features (n, D) in the plane, (n, 2), by t-SNE with cosine distances."""
    if len(features) < 5:
        raise ValueError(f't-SNE needs at least 5 images, but there are {len(features)}.')
    return TSNE(
        random_state=seed,
        metric='cosine',
        init='random',
        perplexity=min(perplexity, (len(features) - 1) / 3),
    ).fit_transform(features)


@matplotlib.rc_context({'text.parse_math': False})  # names are not TeX
def plot_embedding(
    points: Sequence[np.ndarray],
    labels: np.ndarray,
    titles: Sequence[str],
    classes: Sequence[str],
    coarse: Sequence[str],
    parents: Sequence[int],
) -> Figure:
    """Draw embeddings, at most three side by side, with one legend.

    Args:
        points: The embedding (n, 2) of each model.
        labels: Fine classes, (n,).
        titles: One title for each model.
        classes: Names of the fine classes.
        coarse: Names of the coarse classes.
        parents: The coarse class of each fine class.

    Raises:
        ValueError: If the number of titles is not the number of embeddings.
    """
    colors = class_colors(parents)
    if len(points) != len(titles):
        raise ValueError(
            f'{len(titles)} titles for {len(points)} embeddings: give one title for each.'
        )
    size = np.clip(5000 / len(labels), 6, 24)
    columns = min(3, len(points))
    rows = -(-len(points) // columns)
    add_fallback_font([*titles, *classes, *coarse])
    figure = Figure(figsize=(5 * columns + 2.2, 5 * rows), dpi=120, layout='constrained')
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes[len(points) :]:
        axis.set_axis_off()
    for axis, plane, title in zip(axes, points, titles, strict=False):
        axis.scatter(*plane.T, c=colors[labels], s=size, linewidths=0)
        axis.set(title=title, xticks=[], yticks=[])
    handles = []
    for i, name in enumerate(coarse):
        handles.append(Line2D([], [], linestyle='', label=name))
        handles += [
            Line2D([], [], marker='o', linestyle='', color=colors[c], label=classes[c], ms=4)
            for c in range(len(classes))
            if parents[c] == i
        ]
    few = len(handles) <= 12
    legend = figure.legend(
        handles=handles,
        loc='outside right center',
        fontsize=9 if few else 6,
        ncols=1 if few else 2,
    )
    for handle, text in zip(handles, legend.get_texts(), strict=True):
        text.set_fontweight('bold' if handle.get_marker() == 'None' else 'normal')
    return figure
