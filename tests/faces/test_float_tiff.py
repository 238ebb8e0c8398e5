"""TIFF images of floating-point values."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.faces import float_tiff
from mmfer.faces.image import read_image

GREY = np.linspace(0, 1, 64).reshape(4, 16)
COLORS = np.stack([GREY, GREY[::-1], GREY**2], axis=2)


def write(path: Path, pixels: np.ndarray, orientation: int | None = None) -> Path:
    """Write a TIFF with OpenCV, RGB, with the tag of the orientation."""
    cv2.imwrite(str(path), pixels[..., ::-1] if pixels.ndim == 3 else pixels)
    if orientation is not None:
        data = bytearray(path.read_bytes())
        (place,) = struct.unpack_from('<I', data, 4)
        count = struct.unpack_from('<H', data, place)[0]
        entries = [data[place + 2 + 12 * i :][:12] for i in range(count)]
        entries.append(bytearray(struct.pack('<HHII', 274, 3, 1, orientation)))
        entries.sort(key=lambda entry: struct.unpack_from('<H', entry))
        struct.pack_into('<I', data, 4, len(data))
        path.write_bytes(data + struct.pack('<H', len(entries)) + b''.join(entries) + bytes(4))
    return path


@pytest.mark.parametrize('kind', ['f4', 'f8'])
@pytest.mark.parametrize('pixels', [GREY, COLORS], ids=['grey', 'colors'])
def test_values_of_0_to_1_are_read(tmp_path: Path, kind: str, pixels: np.ndarray) -> None:
    read = read_image(write(tmp_path / 'a.tif', pixels.astype(kind)))
    expected = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    np.testing.assert_array_equal(read, np.rint(expected.astype(kind) * 255))


def test_turned(tmp_path: Path) -> None:
    flat = read_image(write(tmp_path / 'a.tif', COLORS.astype('f4')))
    turned = read_image(write(tmp_path / 'b.tif', COLORS.astype('f4'), orientation=6))
    np.testing.assert_array_equal(turned, np.rot90(flat, -1))


@pytest.mark.parametrize('value', [-0.1, 1.5, np.nan])
def test_values_outside_0_to_1_are_refused(tmp_path: Path, value: float) -> None:
    pixels = COLORS.astype('f4')
    pixels[1, 2, 0] = value
    with pytest.raises(ValueError, match=r'a\.tif.* floating-point values of .*, outside 0 to 1'):
        read_image(write(tmp_path / 'a.tif', pixels))


def test_other_channels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='values of 32 bits in 4 channels'):
        read_image(write(tmp_path / 'a.tif', np.dstack([COLORS, GREY]).astype('f4')))


def test_a_large_image_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(float_tiff, 'MOST_BYTES', COLORS.size * 4 - 1)
    with pytest.raises(ValueError, match='16 x 4 floating-point values of 32 bits in 3 channels'):
        read_image(write(tmp_path / 'a.tif', COLORS.astype('f4')))


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / 'a.tif', COLORS.astype('f4'))
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(ValueError, match=r'cannot read .*a\.tif'):
        read_image(path)
