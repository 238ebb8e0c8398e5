"""Decoding within bounds, of files that do not keep to their formats."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.faces import image_decoder
from mmfer.faces.image_decoder import decode_image
from tests.faces.video.clips import write_video

NAME = '"a.jpg"'
ROWS = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)
# Entries of a wrong type: tag, type, number of values, value. Types: 2 text, 3 short, 5 fraction,
# 7 bytes, 11 float.
ODD_ENTRIES = {
    'width as a fraction': (0x0100, 5, 1, struct.pack('<II', 512, 1)),
    'width as a float': (0x0100, 11, 1, struct.pack('<f', 512.0)),
    'offsets as text': (0x0111, 2, 4, b'abc\0'),
    'bits as text': (0x0102, 2, 4, b'8,8\0'),
    'address as a float': (0x8769, 11, 1, struct.pack('<f', 26.0)),
    'division by zero': (0x011A, 5, 1, struct.pack('<II', 72, 0)),
    'address as text': (0x8825, 2, 4, b'GPS\0'),
    'unknown bytes': (0x927C, 7, 9, b'junk junk'),
}
TURNED_RIGHT = (0x0112, 3, 1, struct.pack('<H', 6))


def encoded(image: Image.Image, suffix: str = 'jpeg', **options: object) -> io.BytesIO:
    stream = io.BytesIO()
    image.save(stream, suffix, **options)
    stream.seek(0)
    return stream


def exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    """EXIF data with given entries, also with those that no library writes."""
    entries = tuple(sorted(entries))
    end = 8 + 2 + 12 * len(entries) + 4
    rows, values = struct.pack('<H', len(entries)), b''
    for tag, kind, count, value in entries:
        if len(value) > 4:
            value, values = struct.pack('<I', end + len(values)), values + value
        rows += struct.pack('<HHI', tag, kind, count) + value.ljust(4, b'\0')
    return b'Exif\0\0II*\0' + struct.pack('<I', 8) + rows + bytes(4) + values


@pytest.mark.parametrize('entry', ODD_ENTRIES.values(), ids=ODD_ENTRIES)
def test_an_odd_entry_of_the_exif_data_does_not_matter(entry: tuple) -> None:
    image = Image.fromarray(ROWS)
    plain = decode_image(encoded(image), NAME).pixels
    turned = decode_image(encoded(image, exif=exif(entry, TURNED_RIGHT)), NAME).pixels
    np.testing.assert_array_equal(turned, np.rot90(plain, -1))


@pytest.mark.parametrize('entry', [(0x0112, 2, 2, b'6\0'), (0x0112, 3, 1, struct.pack('<H', 99))])
def test_an_orientation_that_is_none_is_ignored(entry: tuple) -> None:
    image = Image.fromarray(ROWS)
    plain = decode_image(encoded(image), NAME).pixels
    odd = decode_image(encoded(image, exif=exif(entry)), NAME).pixels
    np.testing.assert_array_equal(odd, plain)


@pytest.mark.parametrize(('suffix', 'options'), [
    ('png', {}),
    ('tiff', {}),
    ('tiff', {'compression': 'tiff_lzw'}),
    ('webp', {'lossless': True}),
])  # fmt: skip
@pytest.mark.parametrize('orientation', range(1, 9))
def test_every_orientation_of_every_format(suffix: str, options: dict, orientation: int) -> None:
    # The image after each way of storing it, by the standard: where are row 0 and column 0.
    expected = {
        1: ROWS,
        2: np.fliplr(ROWS),
        3: np.rot90(ROWS, 2),
        4: np.flipud(ROWS),
        5: ROWS.transpose(1, 0, 2),
        6: np.rot90(ROWS, -1),
        7: np.rot90(ROWS, 2).transpose(1, 0, 2),
        8: np.rot90(ROWS),
    }[orientation]
    tags = Image.Exif()
    tags[0x0112] = orientation
    stream = encoded(Image.fromarray(ROWS), suffix, exif=tags, **options)
    np.testing.assert_array_equal(decode_image(stream, NAME).pixels, expected)


def test_a_large_jpeg_is_shrunk_while_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    smooth = Image.fromarray(ROWS).resize((400, 240), Image.Resampling.BICUBIC)
    whole, factor, _ = decode_image(encoded(smooth), NAME)
    assert factor == 1 and whole.shape == (240, 400, 3)
    for limit, expected in ((95_999, 2), (24_000, 4), (6_000, 8)):
        monkeypatch.setattr(image_decoder, 'MOST_PIXELS', limit)
        pixels, factor, _ = decode_image(encoded(smooth), NAME)
        assert factor == expected and pixels.shape == (240 // factor, 400 // factor, 3)
        blocks = whole.reshape(240 // factor, factor, 400 // factor, factor, 3).mean((1, 3))
        assert np.abs(blocks - pixels).mean() < 4


@pytest.mark.parametrize(('suffix', 'options'), [
    ('png', {}), ('tiff', {}), ('webp', {}), ('bmp', {}), ('jpeg', {'progressive': True}),
])  # fmt: skip
def test_what_cannot_be_shrunk_is_refused_above_the_limit(
    monkeypatch: pytest.MonkeyPatch, suffix: str, options: dict
) -> None:
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 959)
    with pytest.raises(ValueError, match='"a.jpg" has 960 pixels, but at most 959 are decoded'):
        decode_image(encoded(Image.fromarray(ROWS), suffix, **options), NAME)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    # 50,000 x 50,000 pixels, as a header alone: decoding it would say that the file is truncated.
    stream = encoded(Image.new('RGB', (8, 8)))
    data = bytearray(stream.getvalue())
    place = data.index(b'\xff\xc0') + 5
    data[place : place + 4] = struct.pack('>HH', 50_000, 50_000)
    with pytest.raises(ValueError, match='"a.jpg" has 2500000000 pixels'):
        decode_image(io.BytesIO(data), NAME)
    png = encoded(Image.new('L', (8, 8)), 'png').getvalue()
    header = b'IHDR' + struct.pack('>II', 50_000, 50_000) + png[24:29]
    png = png[:12] + header + struct.pack('>I', zlib.crc32(header)) + png[33:]
    with pytest.raises(ValueError, match='"a.jpg" has more than 178956970 pixels'):
        decode_image(io.BytesIO(png), NAME)


@pytest.mark.parametrize('suffix', ['avif', 'jpeg', 'png', 'webp', 'tiff', 'gif', 'jpeg2000'])
def test_damage_is_an_error_with_the_name_whatever_the_decoder_says(suffix: str) -> None:
    whole = encoded(Image.fromarray(ROWS), suffix).getvalue()
    rng = np.random.default_rng(1)
    damaged = 0
    for _ in range(60):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 6):
            data[place] = rng.integers(256)
        try:
            pixels = decode_image(io.BytesIO(data[: rng.integers(20, len(data) + 1)]), NAME).pixels
        except ValueError as error:
            assert NAME in str(error)
            damaged += 1
        else:
            assert pixels.dtype == np.uint8 and pixels.shape[2] == 3
    assert damaged > 20


def test_formats_that_start_other_programs_are_not_read() -> None:
    stream = encoded(Image.new('RGB', (8, 8)), 'eps')
    with pytest.raises(ValueError, match='cannot read "a.jpg" as an image'):
        decode_image(stream, NAME)


@pytest.mark.parametrize('suffix', ['.mp4', '.avi'])
def test_a_video_names_what_reads_it(suffix: str, tmp_path: Path) -> None:
    path = write_video(tmp_path / f'a{suffix}', [ROWS] * 2)
    with pytest.raises(ValueError, match='is a video, not an image. Read its faces with `mmfer v'):
        decode_image(io.BytesIO(path.read_bytes()), NAME)
    with pytest.raises(ValueError, match='cannot read|damaged'):
        decode_image(io.BytesIO(b'\0\0\0\x18ftypavif\0\0\0\0mif1avif' + bytes(200)), NAME)


def test_heic_names_what_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_decoder, 'READS_HEIF', False)
    stream = io.BytesIO(b'\0\0\0\x18ftypheic\0\0\0\0mif1heic' + bytes(200))
    with pytest.raises(ValueError, match=r'"a.jpg" is a HEIC image. Install pillow-heif'):
        decode_image(stream, NAME)
