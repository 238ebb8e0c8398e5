"""Tiny data sets with and without faults."""

from pathlib import Path

import numpy as np
from mmengine.config import Config
from PIL import Image, ImageDraw

CLASSES = ['anger', 'fear']


def drawing(seed: int, size: int = 64) -> Image.Image:
    """An image with shapes, unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    image = Image.new('RGB', (size, size), tuple(rng.integers(0, 256, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        corners = np.sort(rng.integers(0, size, (2, 2)), axis=0).ravel().tolist()
        draw.ellipse(corners, fill=tuple(rng.integers(0, 256, 3).tolist()))
    return image


def write_set(folder: Path) -> Path:
    """Two parts with two classes and four images each, without faults."""
    for number in range(16):
        part, name = ('train', 'test')[number // 8], CLASSES[number // 4 % 2]
        path = folder / part / name / f'{number:02}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        drawing(number).save(path)
    return folder


def config_of(folder: Path, **options: object) -> Config:
    """A config with both parts of the set."""
    reader = dict(type='ExpressionFolder', data_root=str(folder), classes=CLASSES, **options)
    loaders = {
        f'{part}_dataloader': dict(dataset=dict(**reader, split=part)) for part in ('train', 'test')
    }
    return Config(loaders)
