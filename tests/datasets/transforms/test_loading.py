from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.datasets import BrokenImageError, LoadExpressionImage
from mmfer.faces import image_decoder
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


def test_coordinates_are_shrunk_with_a_large_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A white square of 8 x 8 pixels, whose corner and center are known.
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[8:16, 24:32] = 255
    Image.fromarray(pixels).save(tmp_path / 'a.jpg', quality=100, subsampling=0)
    sample = {
        'img_path': str(tmp_path / 'a.jpg'),
        'face_box': np.array([24, 8, 32, 16]),
        'landmarks': np.array([[27.5, 11.5]]),
    }
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 32 * 64 - 1)
    results = LoadExpressionImage()(sample)
    assert results['img_shape'] == (16, 32)
    np.testing.assert_allclose(results['face_box'], [12, 4, 16, 8])
    np.testing.assert_allclose(results['landmarks'], [[13.5, 5.5]])
    bright = np.argwhere(results['img'][..., 0] > 128)
    np.testing.assert_allclose(bright.mean(0)[::-1], results['landmarks'][0])
    assert sample['face_box'].tolist() == [24, 8, 32, 16]
