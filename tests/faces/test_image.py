import os
import re

import numpy as np
import pytest
from PIL import Image

from mmfer.faces import image_decoder
from mmfer.faces.image import check_image, load_image, read_image

ROWS = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3)


def test_rgb_is_read_unchanged(tmp_path):
    Image.fromarray(ROWS).save(tmp_path / 'a.png')
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), ROWS)


def test_grey_becomes_three_equal_channels(tmp_path):
    Image.fromarray(ROWS[..., 0]).save(tmp_path / 'a.png')
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), ROWS[..., [0, 0, 0]])


def test_one_bit_images_are_read(tmp_path):
    Image.fromarray(ROWS[..., 0] > 30).save(tmp_path / 'a.png')
    assert set(np.unique(read_image(tmp_path / 'a.png'))) == {0, 255}


@pytest.mark.parametrize('alpha', [0, 128, 255])
def test_transparent_parts_become_white(tmp_path, alpha):
    rgba = np.dstack([ROWS, np.full((6, 4), alpha, np.uint8)])
    Image.fromarray(rgba).save(tmp_path / 'a.png')
    expected = 255 + (ROWS.astype(float) - 255) * alpha / 255
    np.testing.assert_allclose(read_image(tmp_path / 'a.png'), expected, atol=1)


def test_grey_with_alpha(tmp_path):
    Image.fromarray(np.dstack([ROWS[..., 0], np.zeros((6, 4), np.uint8)])).save(tmp_path / 'a.png')
    assert (read_image(tmp_path / 'a.png') == 255).all()


def test_palette_with_a_transparent_color(tmp_path):
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), mode='P')
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.save(tmp_path / 'a.png', transparency=1)
    assert read_image(tmp_path / 'a.png').tolist() == [[[10, 20, 30], [255, 255, 255]]]


def test_cmyk(tmp_path):
    Image.new('CMYK', (4, 6), (0, 255, 255, 0)).save(tmp_path / 'a.tif')
    assert (read_image(tmp_path / 'a.tif') == [255, 0, 0]).all()


def test_sixteen_bits_are_scaled(tmp_path):
    Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16)).save(tmp_path / 'a.png')
    assert read_image(tmp_path / 'a.png')[0, :, 0].tolist() == [0, 100, 255]


def test_floats_are_scaled_and_must_be_in_range(tmp_path):
    Image.fromarray(np.array([[0, 0.2, 1]], np.float32)).save(tmp_path / 'a.tif')
    assert read_image(tmp_path / 'a.tif')[0, :, 0].tolist() == [0, 51, 255]
    Image.fromarray(np.array([[0, 7]], np.float32)).save(tmp_path / 'b.tif')
    with pytest.raises(ValueError, match='outside 0 to 1'):
        read_image(tmp_path / 'b.tif')


@pytest.mark.parametrize(
    ('orientation', 'expected'),
    [(1, ROWS), (3, ROWS[::-1, ::-1]), (6, np.rot90(ROWS, -1)), (8, np.rot90(ROWS))],
)
def test_exif_rotation_is_applied(tmp_path, orientation, expected):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(ROWS).save(tmp_path / 'a.png', exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), expected)


def test_the_first_of_several_frames_is_read(tmp_path):
    frames = [Image.new('RGB', (5, 4), color) for color in ('red', 'blue')]
    for name in ('a.gif', 'a.tif'):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        assert (read_image(tmp_path / name) == [255, 0, 0]).all()


@pytest.mark.parametrize('size', [(2, 300), (1, 1), (300, 2)])
def test_narrow_images(tmp_path, size):
    Image.new('RGB', size, 'green').save(tmp_path / 'a.png')
    assert read_image(tmp_path / 'a.png').shape == (size[1], size[0], 3)


@pytest.mark.parametrize('name', ['a.jpg', 'a.png', 'a.gif', 'a.tif', 'a.webp', 'a.bmp'])
def test_truncated_images_are_refused(tmp_path, name):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    for part in (0.1, 0.5, 0.9):
        (tmp_path / name).write_bytes(data[: int(len(data) * part)])
        with pytest.raises(ValueError, match=re.escape(name)):
            read_image(tmp_path / name)


def test_empty_text_and_missing_files_are_refused(tmp_path):
    (tmp_path / 'empty.jpg').write_bytes(b'')
    with pytest.raises(ValueError, match=r'empty\.jpg" is empty'):
        read_image(tmp_path / 'empty.jpg')
    (tmp_path / 'text.jpg').write_text('not an image')
    with pytest.raises(ValueError, match=r'cannot read ".*text\.jpg" as an image'):
        read_image(tmp_path / 'text.jpg')
    with pytest.raises(FileNotFoundError, match='missing.jpg'):
        read_image(tmp_path / 'missing.jpg')


def test_pipes_and_folders_are_never_opened(tmp_path):
    os.mkfifo(tmp_path / 'pipe.jpg')
    with pytest.raises(ValueError, match=r'pipe\.jpg" is a pipe, a socket or a device'):
        read_image(tmp_path / 'pipe.jpg')
    with pytest.raises(ValueError, match='is a folder, not a file'):
        read_image(tmp_path)


def test_the_factor_of_shrinking_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 1000)
    Image.new('RGB', (64, 32), 'green').save(tmp_path / 'a.jpg')
    pixels, shrunk, _ = load_image(tmp_path / 'a.jpg')
    assert shrunk == 2 and pixels.shape == read_image(tmp_path / 'a.jpg').shape == (16, 32, 3)


def test_arrays_that_are_not_images_are_refused():
    for array in (ROWS[..., 0], ROWS.astype(float), ROWS[:0]):
        with pytest.raises(ValueError, match='not an image'):
            check_image(array)
