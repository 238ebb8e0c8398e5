"""Which value is white."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from mmfer.faces.image import read_image
from mmfer.faces.pixel_depth import full_scale

GREY = np.linspace(0, 255, 64).round().astype(np.uint16).reshape(4, 16)
COLORS = np.stack([GREY, GREY[::-1], GREY.T.reshape(4, 16)], axis=2)


@pytest.mark.parametrize(
    ('high', 'full'),
    [
        (0, 255),
        (255, 255),
        (256, 1023),
        (1000, 1023),
        (4000, 4095),
        (4096, 16383),
        (16384, 65535),
        (65535, 65535),
    ],
)
def test_the_smallest_full_scale_that_holds_the_values(high: int, full: int) -> None:
    assert full_scale(np.array([0, min(1, high), high])) == full


def test_a_dark_image_of_8_bits_in_16_stays_dark() -> None:
    assert full_scale(np.array([0, 257 * 3])) == 65535


@pytest.mark.parametrize('values', [[-1, 5], [0, 65536]])
def test_other_values_are_refused(values: list[int]) -> None:
    with pytest.raises(ValueError, match='outside 0 to 65535'):
        full_scale(np.array(values))


@pytest.mark.parametrize('bits', [8, 10, 12, 14, 16])
@pytest.mark.parametrize('name', ['a.png', 'a.tif'])
@pytest.mark.parametrize('pixels', [GREY, COLORS], ids=['grey', 'colors'])
def test_every_depth_gives_the_same_image(tmp_path, bits, name, pixels) -> None:
    deep = np.rint(pixels / 255 * (2**bits - 1)).astype(np.uint16)
    cv2.imwrite(str(tmp_path / name), deep[..., ::-1] if deep.ndim == 3 else deep)
    read = read_image(tmp_path / name)
    expected = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    # Pillow keeps the upper 8 bits of colors of 16, so the values may differ by one.
    np.testing.assert_allclose(read, expected, atol=1)


def test_transparent_parts_of_12_bits_become_white(tmp_path) -> None:
    deep = np.dstack([COLORS * 16, np.full((4, 16), 65535, np.uint16)]).astype(np.uint16)
    deep[0, :, 3] = 0
    cv2.imwrite(str(tmp_path / 'a.png'), deep)
    read = read_image(tmp_path / 'a.png')
    assert (read[0] == 255).all()
    np.testing.assert_allclose(read[1:], COLORS[1:, :, ::-1], atol=1)


def test_turned_colors_of_12_bits(tmp_path) -> None:
    cv2.imwrite(str(tmp_path / 'flat.png'), (COLORS * 16).astype(np.uint16))
    data = (tmp_path / 'flat.png').read_bytes()
    tags = Image.Exif()
    tags[0x0112] = 6
    body = tags.tobytes().removeprefix(b'Exif\0\0')
    chunk = b'eXIf' + body
    chunk = struct.pack('>I', len(body)) + chunk + struct.pack('>I', zlib.crc32(chunk))
    (tmp_path / 'turned.png').write_bytes(data[:33] + chunk + data[33:])
    flat, turned = read_image(tmp_path / 'flat.png'), read_image(tmp_path / 'turned.png')
    np.testing.assert_array_equal(turned, np.rot90(flat, -1))


def tiff(pixels: np.ndarray, orientation: int) -> bytes:
    """An uncompressed TIFF of colors of 16 bits, which Pillow cannot write."""
    height, width = pixels.shape[:2]
    entries = [
        *((256, width), (257, height), (258, None), (259, 1), (262, 2), (273, 8 + 2 + 132 + 4 + 6)),
        *((274, orientation), (277, 3), (278, height), (279, pixels.nbytes), (284, 1)),
    ]
    rows = b''.join(
        struct.pack('<HHII', tag, 3, 3, 8 + 2 + 132 + 4)
        if value is None
        else struct.pack('<HHII', tag, 4 if tag in (273, 279) else 3, 1, value)
        for tag, value in entries
    )
    head = b'II*\0' + struct.pack('<IH', 8, len(entries))
    return head + rows + bytes(4) + struct.pack('<3H', 16, 16, 16) + pixels.astype('<u2').tobytes()


@pytest.mark.parametrize('orientation', range(1, 9))
def test_turned_colors_of_12_bits_in_a_tiff(tmp_path, orientation: int) -> None:
    (tmp_path / 'a.tif').write_bytes(tiff(COLORS * 16, orientation))
    read = read_image(tmp_path / 'a.tif')
    expected = {
        1: COLORS,
        2: np.fliplr(COLORS),
        3: np.rot90(COLORS, 2),
        4: np.flipud(COLORS),
        5: COLORS.transpose(1, 0, 2),
        6: np.rot90(COLORS, -1),
        7: np.rot90(COLORS, 2).transpose(1, 0, 2),
        8: np.rot90(COLORS),
    }[orientation]
    np.testing.assert_allclose(read, expected, atol=1)


@pytest.mark.parametrize(('factor', 'white'), [(1, 255), (257, 255)])
def test_integers_of_32_bits(tmp_path, factor: int, white: int) -> None:
    Image.fromarray(GREY.astype(np.int32) * factor).save(tmp_path / 'a.tif')
    assert (read_image(tmp_path / 'a.tif')[..., 0] == GREY).all()
    assert read_image(tmp_path / 'a.tif').max() == white


def test_a_format_that_states_its_depth_is_not_guessed(tmp_path) -> None:
    (tmp_path / 'dark.pgm').write_bytes(b'P5\n2 1\n65535\n' + bytes([0, 0, 4, 0]))
    assert read_image(tmp_path / 'dark.pgm')[0, :, 0].tolist() == [0, 4]
    (tmp_path / 'a.pgm').write_bytes(b'P5\n2 1\n4095\n' + bytes([0, 0, 15, 255]))
    assert read_image(tmp_path / 'a.pgm')[0, :, 0].tolist() == [0, 255]
