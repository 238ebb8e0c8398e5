"""Rows of images with captions, the basis of several figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from mmfer.visualization.fonts import add_fallback_font


@dataclass(frozen=True)
class Tile:
    """An image (H, W, 3) uint8 RGB with a caption and the color of its frame."""

    image: np.ndarray
    caption: str = ''
    frame: str | None = None


@matplotlib.rc_context({'text.parse_math': False})  # names are not TeX
def draw_tiles(
    rows: Sequence[Sequence[Tile]],
    titles: Sequence[str],
    path: str | Path,
    size: float = 1.3,
    headings: Sequence[str] = (),
) -> None:
    """Draw rows of tiles, each with a title at its left, and write the image.

    Args:
        rows: The tiles; rows may differ in length.
        titles: One title for each row.
        path: The image to write (.png, .jpg, .pdf, .svg).
        size: Width of a tile in inches.
        headings: One heading for each column, or none.
    """
    columns = max(map(len, rows))
    lines = max(tile.caption.count('\n') + 1 for row in rows for tile in row)
    height = size + 0.1 + 0.15 * lines
    above = 0.18 * max((heading.count('\n') + 1 for heading in headings), default=0)
    left = 1.2 if any(titles) else 0.1
    add_fallback_font([*titles, *headings, *(tile.caption for row in rows for tile in row)])
    figure = Figure(
        figsize=(size * columns + left, height * len(rows) + above), dpi=120, layout='constrained'
    )
    axes = figure.subplots(len(rows), columns, squeeze=False)
    for row, title, line in zip(rows, titles, axes, strict=True):
        for i, axis in enumerate(line):
            axis.set_xticks([])
            axis.set_yticks([])
            axis.spines[:].set_visible(False)
            if i < len(row):
                _draw_tile(axis, row[i])
        line[0].set_ylabel(title, rotation=0, ha='right', va='center', fontsize=8)
    for axis, heading in zip(axes[0], headings, strict=bool(headings)):
        axis.set_title(heading, fontsize=8)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def _draw_tile(axis: object, tile: Tile) -> None:
    axis.imshow(tile.image)  # type: ignore[attr-defined]
    axis.set_xlabel(tile.caption, fontsize=7)  # type: ignore[attr-defined]
    if tile.frame is not None:
        axis.spines[:].set(visible=True, color=tile.frame, linewidth=2.5)  # type: ignore[attr-defined]
