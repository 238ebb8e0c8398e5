from pathlib import Path

import numpy as np
from PIL import Image

from mmfer.synthetic.contact_sheet import CAPTION, contact_sheet
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.plan import Sample

LAYOUT = build_layout('rafdb')


def _save(root: Path, index: int, grey: int) -> None:
    path = root / LAYOUT.image_path('train', index, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new('RGB', (20, 20), (grey, grey, grey)).save(path)


def test_each_class_shows_its_own_images(tmp_path: Path):
    for i in range(9):
        _save(tmp_path, i, 20 * i)
    samples = [Sample('train', i, i % 7, i % 7, '') for i in range(8)]
    samples.append(Sample('train', 8, 1, 5, ''))
    sheet = contact_sheet(LAYOUT, tmp_path, samples, examples=4, columns=7, thumbnail=32)
    assert sheet.shape == (32 + CAPTION + 2, 7 * (2 * 32 + 6), 3)
    middle = sheet[CAPTION + 16]
    cell = 2 * 32 + 6
    first = [int(middle[c * cell + 16].mean()) for c in range(7)]
    second = [int(middle[c * cell + 48].mean()) for c in range(7)]
    assert np.abs(np.subtract(first, [20 * i for i in range(7)])).max() <= 3
    assert second[0] in range(137, 144)
    assert second[1:] == [255] * 6


def test_captions_are_written(tmp_path: Path):
    for i in range(7):
        _save(tmp_path, i, 255)
    samples = [Sample('train', i, i, i, '') for i in range(7)]
    sheet = contact_sheet(LAYOUT, tmp_path, samples, columns=7)
    assert (sheet[:CAPTION] < 128).any()
    assert not (sheet[CAPTION:] < 128).any()
