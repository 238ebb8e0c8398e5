"""A sheet of samples with their labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from mmfer.visualization.fonts import sans_serif

TEXT, BOX, POINT = (25, 25, 25), (200, 86, 27), (0, 190, 120)


@dataclass(frozen=True)
class Cell:
    """One sample of a sheet."""

    image: np.ndarray
    """(H, W, 3) uint8, RGB."""
    title: str
    """The text below the image, at most a few lines."""
    landmarks: np.ndarray | None = None
    """(K, 2) pixels."""
    face_box: np.ndarray | None = None
    """x1, y1, x2, y2 in pixels."""


def draw_sample_grid(cells: Sequence[Cell], columns: int = 6, size: int = 144) -> np.ndarray:
    """Draw samples in a grid, each with its title below.

    Args:
        cells: The samples.
        columns: Number of samples in a row.
        size: The longer side of a drawn image, in pixels.

    Returns:
        The sheet, (H, W, 3) uint8 RGB.

    Raises:
        ValueError: If there are no samples.
    """
    if not cells:
        raise ValueError('There are no samples to draw. Check that the data set is not empty.')
    font = sans_serif(10, [cell.title for cell in cells])
    gap, line = 8, 14
    lines = max(cell.title.count('\n') + 1 for cell in cells)
    columns = min(columns, len(cells))
    height = size + lines * line + gap
    rows = -(-len(cells) // columns)
    sheet = Image.new('RGB', (gap + columns * (size + gap), gap + rows * height), 'white')
    draw = ImageDraw.Draw(sheet)
    for i, cell in enumerate(cells):
        x, y = gap + (i % columns) * (size + gap), gap + (i // columns) * height
        tile = Image.fromarray(_drawn(cell, size))
        sheet.paste(tile, (x + (size - tile.width) // 2, y + (size - tile.height) // 2))
        for number, text in enumerate(cell.title.split('\n')):
            while text and font.getlength(text) > size:
                text = text.removesuffix('…')[:-1] + '…' if len(text) > 1 else ''
            font.draw(draw, (x, y + size + number * line), text, TEXT)
    return np.asarray(sheet)


def _drawn(cell: Cell, size: int) -> np.ndarray:
    height, width = cell.image.shape[:2]
    scale = size / max(height, width)
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    image = np.ascontiguousarray(cv2.resize(cell.image, shape, interpolation=method))
    if cell.face_box is not None:
        x1, y1, x2, y2 = (int(round(float(v) * scale)) for v in cell.face_box)
        cv2.rectangle(image, (x1, y1), (x2, y2), BOX, 1, cv2.LINE_AA)
    if cell.landmarks is not None:
        for x, y in (np.asarray(cell.landmarks) + 0.5) * scale - 0.5:
            cv2.circle(image, (round(float(x)), round(float(y))), 1, POINT, -1, cv2.LINE_AA)
    return image
