"""A contact sheet of a rendered data set: examples of each class in one image."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

CAPTION = 14


def contact_sheet(
    examples: Mapping[str, Sequence[Path]],
    most: int = 6,
    columns: int = 3,
    thumbnail: int = 80,
) -> np.ndarray:
    """The first images of each group, below its caption.

    Args:
        examples: Image files, keyed by caption.
        most: Largest number of images per caption.
        columns: Number of captions side by side.
        thumbnail: Width and height of an image on the sheet, in pixels.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    width = min(most, max(map(len, examples.values())))
    rows = -(-len(examples) // columns)
    cell = (width * thumbnail + 6, thumbnail + CAPTION + 2)
    sheet = Image.new('RGB', (columns * cell[0], rows * cell[1]), 'white')
    draw = ImageDraw.Draw(sheet)
    for number, (caption, paths) in enumerate(examples.items()):
        left, top = (number // rows) * cell[0], (number % rows) * cell[1]
        draw.text((left + 2, top), caption, 'black')
        for i, path in enumerate(paths[:width]):
            with Image.open(path) as image:
                small = ImageOps.pad(image.convert('RGB'), (thumbnail, thumbnail), color='white')
            sheet.paste(small, (left + i * thumbnail, top + CAPTION))
    return np.asarray(sheet)
