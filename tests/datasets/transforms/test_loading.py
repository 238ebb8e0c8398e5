from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.datasets import BrokenImageError, LoadExpressionImage
from tests.datasets.disk import write_image


def load(path: Path) -> np.ndarray:
    results = LoadExpressionImage()({'img_path': str(path)})
    assert results['img_shape'] == results['ori_shape'] == results['img'].shape[:2]
    return results['img']


def test_the_exif_rotation_is_applied(tmp_path: Path) -> None:
    image = Image.open(write_image(tmp_path / 'a.png', size=(20, 16)))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    image.save(tmp_path / 'b.png', exif=exif)
    assert np.array_equal(load(tmp_path / 'b.png'), np.rot90(load(tmp_path / 'a.png'), -1))


@pytest.mark.parametrize('mode', ['L', 'LA', 'P', 'RGB', 'RGBA', 'I;16', '1'])
def test_every_image_type_gets_three_channels(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (5, 4)).save(tmp_path / 'a.png')
    assert load(tmp_path / 'a.png').shape == (4, 5, 3)
    assert load(tmp_path / 'a.png').dtype == np.uint8


def test_a_truncated_file_is_an_error(tmp_path: Path) -> None:
    path = write_image(tmp_path / 'a.jpg', size=(64, 64))
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(BrokenImageError, match=r'a\.jpg'):
        load(path)
