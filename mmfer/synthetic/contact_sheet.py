"""A picture of a rendered data set: some examples of each class."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from mmfer.synthetic.layouts.base import Layout
from mmfer.synthetic.plan import Sample

CAPTION = 14


def contact_sheet(
    layout: Layout,
    root: Path,
    samples: Sequence[Sample],
    examples: int = 6,
    columns: int = 3,
    thumbnail: int = 80,
) -> np.ndarray:
    """The first images of each class, below the class name.

    Args:
        layout: Where the images lie.
        root: The data set's folder.
        samples: Images to take from; those that carry planted label noise are left out.
        examples: Images of each class.
        columns: Classes side by side.
        thumbnail: Width and height of an image on the sheet, in pixels.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    rows = -(-len(layout.classes) // columns)
    cell = (examples * thumbnail + 6, thumbnail + CAPTION + 2)
    sheet = Image.new('RGB', (columns * cell[0], rows * cell[1]), 'white')
    draw = ImageDraw.Draw(sheet)
    for label, name in enumerate(layout.classes):
        left, top = (label // rows) * cell[0], (label % rows) * cell[1]
        coarse = layout.coarse[layout.parents[label]]
        draw.text((left + 2, top), name if coarse == name else f'{coarse}: {name}', 'black')
        chosen = [s for s in samples if s.label == s.clean_label == label][:examples]
        for i, sample in enumerate(chosen):
            path = root / layout.image_path(sample.split, sample.index, label)
            with Image.open(path) as image:
                small = image.convert('RGB').resize((thumbnail, thumbnail))
            sheet.paste(small, (left + i * thumbnail, top + CAPTION))
    return np.asarray(sheet)
