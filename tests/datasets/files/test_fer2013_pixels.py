import pickle
from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets.files.fer2013_pixels import PixelText, read_pixels
from tests.datasets.official import face_pixels, write_ferplus

VOTES = [(0, 10, 0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, 0, 0, 0, 10)]


def test_pixels_are_read_from_their_bytes(tmp_path: Path) -> None:
    write_ferplus(tmp_path, VOTES)
    rows = read_pixels(tmp_path / 'fer2013.csv')
    assert [row.usage for row in rows] == ['Training'] * 2 + ['PublicTest'] * 2 + [
        'PrivateTest'
    ] * 2
    for i, row in enumerate(rows):
        image = pickle.loads(pickle.dumps(row.pixels)).load()
        assert image.shape == (48, 48, 3) and image.dtype == np.uint8
        assert (image == face_pixels(i)[..., None]).all()


def test_other_columns_and_quotes_are_ignored(tmp_path: Path) -> None:
    text = ' '.join(map(str, face_pixels(5).ravel()))
    path = tmp_path / 'a.csv'
    path.write_bytes(f'\ufeffemotion, Usage, pixels\r\n0,Training, "{text}"\r\n'.encode())
    (row,) = read_pixels(path)
    assert row.usage == 'Training'
    assert (row.pixels.load()[..., 0] == face_pixels(5)).all()


@pytest.mark.parametrize('separator', [';', '\t', '|'])
def test_other_separators_are_recognized(tmp_path: Path, separator: str) -> None:
    write_ferplus(tmp_path, VOTES)
    path = tmp_path / 'fer2013.csv'
    with_commas = read_pixels(path)
    path.write_text(path.read_text().replace(',', separator))
    assert read_pixels(path) == with_commas
    assert (with_commas[1].pixels.load()[..., 0] == face_pixels(1)).all()


@pytest.mark.parametrize('encoding', ['utf-16-le', 'utf-16-be'])
def test_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    write_ferplus(tmp_path, VOTES)
    path = tmp_path / 'fer2013.csv'
    path.write_bytes(f'\ufeff{path.read_text()}'.encode(encoding))
    with pytest.raises(ValueError, match=r'fer2013\.csv" is in UTF-16\. Save it as UTF-8'):
        read_pixels(path)


def test_empty_lines_are_ignored(tmp_path: Path) -> None:
    write_ferplus(tmp_path, VOTES)
    path = tmp_path / 'fer2013.csv'
    lines = path.read_text().splitlines()
    path.write_text('\n\n'.join(lines) + '\n\n')
    found = [row.pixels.load()[..., 0] for row in read_pixels(path)]
    np.testing.assert_array_equal(found, [face_pixels(row) for row in range(len(lines) - 1)])


def test_faulty_pixel_tables_are_located(tmp_path: Path) -> None:
    path = tmp_path / 'fer2013.csv'
    path.write_text('emotion,image,Usage\n')
    with pytest.raises(ValueError, match='must have the columns emotion,pixels,Usage'):
        read_pixels(path)
    write_ferplus(tmp_path, VOTES)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r'fer2013\.csv, line 7: 0 pixels instead of 2304'):
        read_pixels(path)
    path.write_text('emotion,pixels,Usage\n0,1 2 3,Training\n')
    with pytest.raises(ValueError, match=r'line 2: 3 pixels instead of 2304'):
        read_pixels(path)


def test_invalid_pixels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / 'a.txt'
    for text in (' '.join(['256'] * 2304), ' '.join(['-1'] * 2304), ' '.join(['x'] * 2304)):
        path.write_text(text)
        with pytest.raises(ValueError):
            PixelText(str(path), 0, len(text)).load()


@pytest.mark.parametrize('wrong', ['9' * 30, '1.5', 'x'])
def test_pixels_that_are_no_whole_numbers_are_located(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / 'a.csv'
    numbers = ' '.join([*['7'] * (48 * 48 - 1), wrong])
    path.write_text(f'emotion,pixels,Usage\n0,{numbers},Training\n')
    (row,) = read_pixels(path)
    with pytest.raises(ValueError, match=r'a\.csv, byte 23: pixels must be whole numbers'):
        row.pixels.load()


def test_a_line_without_end_stops(tmp_path: Path) -> None:
    path = tmp_path / 'fer2013.csv'
    path.write_bytes(b'emotion,pixels,Usage\n' + b'1 ' * (1 << 20))
    with pytest.raises(ValueError, match=r'fer2013\.csv, line 2 has more than 1048576 characters'):
        read_pixels(path)
    path.write_bytes(b'\xff' * 100)
    with pytest.raises(ValueError, match='must have the columns'):
        read_pixels(path)
