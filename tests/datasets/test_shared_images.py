"""Images that two data sets have in common."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mmfer.datasets import ExpressionFolder, ExpressionShards, FERPlus
from mmfer.datasets.files.shard_writer import write_shards
from mmfer.datasets.shared_images import shared_images
from tests.datasets.official import write_ferplus
from tests.helpers import CLASSES


def folder(root: Path, images: dict[str, np.ndarray]) -> Any:
    for name, pixels in images.items():
        for label in CLASSES:
            path = root / 'train' / label / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
    return ExpressionFolder(str(root), 'train', classes=list(CLASSES))


def noise(seed: int, size: int = 64) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)


def test_the_same_paths(tmp_path: Path) -> None:
    first = folder(tmp_path, {'a.png': noise(0), 'b.png': noise(1)})
    assert len(shared_images(first, first)) == 6
    assert len(shared_images(first, first, most=0)) == 6


def test_the_same_content_at_other_paths(tmp_path: Path) -> None:
    # All bitmaps have one size.
    first = folder(tmp_path / 'first', {'a.bmp': noise(0), 'b.bmp': noise(1)})
    second = folder(tmp_path / 'second', {'x.bmp': noise(1), 'y.bmp': noise(2)})
    found = shared_images(first, second)
    assert [Path(path).name for path in found] == ['x.bmp'] * 3
    assert shared_images(first, second, most=10) == []
    third = folder(tmp_path / 'third', {'z.bmp': noise(2)})
    assert shared_images(first, third) == []


def test_files_that_differ_after_their_beginning(tmp_path: Path) -> None:
    first = folder(tmp_path / 'first', {'a.bmp': noise(0)})
    changed = noise(0)
    changed[0, 0] ^= 1  # a bitmap starts with its last row
    second = folder(tmp_path / 'second', {'a.bmp': changed})
    assert shared_images(first, second) == []


def test_a_removed_file_is_no_error(tmp_path: Path) -> None:
    first = folder(tmp_path / 'first', {'a.bmp': noise(0)})
    second = folder(tmp_path / 'second', {'b.bmp': noise(0)})
    shutil.rmtree(tmp_path / 'first')
    assert shared_images(first, second) == []


@pytest.mark.parametrize('box', [None, [0, 0, 1, 1]])
def test_faces_of_one_image_differ_by_their_boxes(box: list[int] | None) -> None:
    class Faces:
        def __init__(self, boxes: list[Any]) -> None:
            self.boxes = boxes

        def __len__(self) -> int:
            return len(self.boxes)

        def get_data_info(self, i: int) -> dict[str, Any]:
            return {'img_path': 'group.jpg', 'face_box': self.boxes[i]}

    assert shared_images(Faces([box]), Faces([[2, 2, 3, 3]])) == []
    assert shared_images(Faces([box]), Faces([box])) == ['group.jpg']


def test_images_in_shards_and_in_files(tmp_path: Path) -> None:
    files = folder(tmp_path / 'files', {'a.png': noise(0), 'b.png': noise(1)})
    others = folder(tmp_path / 'others', {'x.png': noise(1), 'y.png': noise(2)})
    list(write_shards(others, tmp_path, 'train', 4))
    shards = ExpressionShards(str(tmp_path), 'train', classes=list(CLASSES))
    assert len(shared_images(files, shards)) == 3
    assert {Path(path).name for path in shared_images(shards, files)} == {'b.png'}
    assert len(shared_images(shards, shards)) == 6
    for path in tmp_path.glob('*.tar'):
        path.unlink()
    assert shared_images(files, shards) == []


def test_images_in_a_csv_file(tmp_path: Path) -> None:
    write_ferplus(tmp_path, [tuple(10 * (k == c) for k in range(10)) for c in range(8)])
    path = tmp_path / 'fer2013.csv'
    rows = [line.split(',') for line in path.read_text().splitlines()]
    rows[10][1] = rows[3][1]
    path.write_text('\n'.join(map(','.join, rows)))
    train, val = (FERPlus(str(tmp_path), split) for split in ('train', 'val'))
    assert shared_images(train, val) == [f'{path}/row00009']
