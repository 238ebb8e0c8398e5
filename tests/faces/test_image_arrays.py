from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mmfer.faces import read_image
from mmfer.faces.image_arrays import rgb_images
from tests.apis.model_files import ASTRONAUT

RGB = read_image(ASTRONAUT)
ALIKE = {
    'rgb': (RGB, False),
    'bgr': (RGB[..., ::-1], True),
    'opaque': (np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)]), False),
    'bgra': (np.dstack([RGB[..., ::-1], np.full(RGB.shape[:2], 255, np.uint8)]), True),
    '16 bits': (RGB.astype(np.uint16) * 257, False),
    'float32': ((RGB / 255).astype(np.float32), False),
    'tensor': (torch.from_numpy(RGB.copy()).permute(2, 0, 1), False),
    'float tensor': (torch.from_numpy(RGB.copy()).permute(2, 0, 1)[None] / 255, False),
    'tensor in BGR': (torch.from_numpy(RGB[..., ::-1].copy()).permute(2, 0, 1), True),
}


@pytest.mark.parametrize('name', ALIKE)
def test_all_forms_give_the_same_image(name: str) -> None:
    array, bgr = ALIKE[name]
    (image,) = rgb_images(array, name, bgr)
    np.testing.assert_array_equal(image, RGB)
    assert image.flags.c_contiguous and image.dtype == np.uint8


@pytest.mark.parametrize('shape', [(5, 6), (5, 6, 1), (1, 5, 6, 1)])
def test_grey_becomes_three_equal_channels(shape: tuple[int, ...]) -> None:
    (image,) = rgb_images(np.arange(30, dtype=np.uint8).reshape(shape), 'grey')
    assert image.shape == (5, 6, 3)
    assert (image == np.arange(30).reshape(5, 6, 1)).all()
    (mask,) = rgb_images(np.eye(4, dtype=bool), 'mask')
    assert (mask[..., 0] == 255 * np.eye(4)).all()


def test_transparent_parts_become_white() -> None:
    pixels = np.full((1, 3, 4), 100, np.uint8)
    pixels[0, :, 3] = 0, 128, 255
    (image,) = rgb_images(pixels, 'transparent')
    assert image[0, :, 0].tolist() == [255, round(100 * 128 / 255 + 255 * 127 / 255), 100]


@pytest.mark.parametrize('opaque', [65535, 4095])
def test_opacity_does_not_tell_the_depth_of_colors(tmp_path: Path, opaque: int) -> None:
    """As ``cv2.imread`` reads a PNG with colors of 12 bits; in pixels, opacity may have 12, too."""
    pixels = np.full((2, 3, 4), opaque, np.uint16)
    pixels[..., :3] = 2007
    pixels[0, 0, :3], pixels[1, 2, 3] = 4095, 0
    (image,) = rgb_images(pixels, 'deep')
    assert image[..., 0].tolist() == [[255, 125, 125], [125, 125, 255]]
    if opaque == 65535:
        cv2.imwrite(str(tmp_path / 'a.png'), pixels)
        np.testing.assert_array_equal(image, read_image(tmp_path / 'a.png'))


def test_several_images_along_the_first_axis() -> None:
    assert [i.shape for i in rgb_images(np.zeros((2, 4, 5, 3), np.uint8), 'x')] == [(4, 5, 3)] * 2
    assert [i.shape for i in rgb_images(torch.zeros(3, 1, 4, 5), 'x')] == [(4, 5, 3)] * 3


@pytest.mark.parametrize(
    ('array', 'message'),
    [
        (np.zeros((3, 4, 5), np.uint8), r'shape \(3, 4, 5\).*\(height, width, channels\)'),
        (np.zeros((0, 4, 3), np.uint8), r'shape \(0, 4, 3\)'),
        (np.zeros(7, np.uint8), r'shape \(7,\)'),
        (torch.zeros(5, 4, 3), r'shape \(5, 4, 3\).*\(channels, height, width\)'),
        (np.full((2, 2, 3), 200.0), 'from 200 to 200, but they must be from 0 to 1'),
        (np.full((2, 2, 3), np.nan), r'infinite or no number \(NaN\)'),
        (np.array([[[0.5, np.inf, 0.0]]]), 'infinite or no number'),
        (np.zeros((2, 2, 3), np.int64), 'values of the type int64'),
        (np.array([['a', 'b']]), 'values of the type'),
    ],
)
def test_what_is_no_image_is_refused(array, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        rgb_images(array, 'array 3')
    assert str(error.value).startswith('array 3 has')
