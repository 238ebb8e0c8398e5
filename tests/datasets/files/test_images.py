import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.datasets.files.images import (
    BrokenImageError,
    BrokenImageReport,
    ImageProblem,
    check_images,
    find_problem,
    load_bgr,
    load_sample,
    stop_at_broken,
)
from tests.datasets.disk import write_image
from tests.read_only import run_read_only


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.bmp'])
def test_complete_files_have_no_problem(tmp_path: Path, suffix: str) -> None:
    path = write_image(tmp_path / f'a{suffix}')
    assert find_problem({'img_path': path}) is None
    assert find_problem({'img_path': path}, decode=True) is None


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.bmp'])
def test_truncated_files_are_found_without_decoding_complete_files(
    tmp_path: Path, suffix: str
) -> None:
    path = write_image(tmp_path / f'a{suffix}', size=(64, 64))
    path.write_bytes(path.read_bytes()[:-200])
    assert 'a' + suffix in find_problem({'img_path': path})


def test_empty_missing_and_foreign_files_are_found(tmp_path: Path) -> None:
    (tmp_path / 'empty.jpg').touch()
    (tmp_path / 'text.jpg').write_text('no image')
    assert 'empty' in find_problem({'img_path': tmp_path / 'empty.jpg'})
    assert 'cannot read' in find_problem({'img_path': tmp_path / 'text.jpg'})
    assert 'No image at' in find_problem({'img_path': tmp_path / 'missing.jpg'})


def test_a_complete_jpeg_with_trailing_bytes_has_no_problem(tmp_path: Path) -> None:
    path = write_image(tmp_path / 'a.jpg')
    path.write_bytes(path.read_bytes() + b'x' * 100)
    assert find_problem({'img_path': path}) is None


def test_damage_inside_a_file_is_found_only_by_decoding(tmp_path: Path) -> None:
    path = write_image(tmp_path / 'a.png', size=(64, 64))
    data = bytearray(path.read_bytes())
    data[200:260] = bytes(60)
    path.write_bytes(data)
    assert find_problem({'img_path': path}) is None
    assert find_problem({'img_path': path}, decode=True)
    with pytest.raises(BrokenImageError, match=r'a\.png'):
        load_bgr(path)


def test_images_are_read_as_bgr(tmp_path: Path) -> None:
    Image.new('RGB', (4, 3), (10, 20, 30)).save(tmp_path / 'a.png')
    image = load_bgr(tmp_path / 'a.png')
    assert image.shape == (3, 4, 3)
    assert image[0, 0].tolist() == [30, 20, 10]


def test_the_error_can_be_sent_from_a_worker() -> None:
    error = pickle.loads(pickle.dumps(BrokenImageError('a.png', 'empty.', 'a.csv, row 2')))
    assert (error.path, error.reason, error.where) == ('a.png', 'empty.', 'a.csv, row 2')
    assert str(error).startswith('a.csv, row 2: the image "a.png" cannot be read: empty. Repair')
    assert "broken='skip'" in str(error)


def test_the_report_names_each_image_once(tmp_path: Path) -> None:
    path = tmp_path / 'deep' / 'report.txt'
    report = BrokenImageReport(path)
    report.add([('a.png', 'empty'), ('b.png', 'cut\nshort')], 'left out')
    report.add([('a.png', 'empty')], 'left out')
    BrokenImageReport(path).add([('a.png', 'empty')], 'left out')
    assert path.read_text() == 'a.png\tempty\nb.png\tcut short\n'
    assert len(report.reasons) == 2


def test_grey_and_transparent_images_get_three_channels(tmp_path: Path) -> None:
    Image.new('L', (2, 2), 77).save(tmp_path / 'grey.png')
    Image.new('RGBA', (2, 2), (0, 0, 0, 0)).save(tmp_path / 'clear.png')
    assert np.all(load_bgr(tmp_path / 'grey.png') == 77)
    assert np.all(load_bgr(tmp_path / 'clear.png') == 255)


class Packed:
    """An image inside a larger file."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def load(self) -> np.ndarray:
        if self.error:
            raise self.error
        return np.full((2, 3, 3), 9, np.uint8)


def test_a_packed_image_has_priority_over_the_path() -> None:
    sample = {'img_path': 'all.rec/7', 'packed_image': Packed()}
    assert (load_sample(sample) == 9).all()
    assert find_problem(sample) is None
    assert find_problem(sample, decode=True) is None


@pytest.mark.parametrize('error', [ValueError('cut short'), FileNotFoundError('gone')])
def test_a_damaged_packed_image_is_named(error: Exception) -> None:
    sample = {'img_path': 'all.rec/7', 'packed_image': Packed(error)}
    with pytest.raises(BrokenImageError, match='"all.rec/7" cannot be read: (cut short|gone)'):
        load_sample(sample)
    assert find_problem(sample) is None
    assert find_problem(sample, decode=True) == str(error)
    # The file with the images is there, so the image is not missing.
    assert check_images([sample], True) == [ImageProblem('all.rec/7', str(error))]


def test_missing_and_broken_images_are_distinguished(tmp_path: Path) -> None:
    whole, broken, absent = (str(tmp_path / name) for name in ('a.png', 'b.png', 'c.png'))
    write_image(Path(whole))
    Path(broken).touch()
    samples = [{'img_path': path} for path in (whole, absent, broken, absent, broken)]
    samples[1]['where'] = 'row 9'
    problems = check_images([*samples, {'img_path': whole, 'where': 'row 9'}], False)
    assert [(p.path, p.where, p.missing) for p in problems] == [
        (absent, 'row 9', True),
        (broken, None, False),
    ]


def test_the_first_missing_image_stops_before_a_broken_image(tmp_path: Path) -> None:
    report = tmp_path / 'report.txt'
    report.touch()
    broken = ImageProblem('a.png', '"a.png" is damaged', 'row 3')
    absent = ImageProblem('b.png', '"b.png" is missing', 'row 9', missing=True)
    message = 'row 9: the file "b.png" does not exist .1 missing and 1 broken .*Ask me. Or set'
    with pytest.raises(FileNotFoundError, match=message):
        stop_at_broken([broken, absent], report, 'Ask me.')
    message = 'row 3: the image "a.png" .*damaged .0 missing and 1 broken .*report.txt'
    with pytest.raises(BrokenImageError, match=message) as at:
        stop_at_broken([broken], report, 'Ask me.')
    assert at.value.path == 'a.png'


REPORT = """
from mmfer.datasets.files.images import BrokenImageReport
report = BrokenImageReport('work_dirs/broken_images.txt')
report.add([('a.png', 'empty')], 'left out')
print(report.reasons)
"""


def test_a_report_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    done = run_read_only(REPORT, tmp_path)
    words = '(1 so far), not listed, because work_dirs/broken_images.txt cannot be written'
    assert f'{words} (Permission denied): a.png (empty)' in done.stdout
    assert done.stdout.endswith("{'a.png': 'empty'}\n")
