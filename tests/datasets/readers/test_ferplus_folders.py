from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets.readers.ferplus_folders import read_label_csv
from tests.datasets.official import write_ferplus_folders

VOTES = [(0, 10, 0, 0, 0, 0, 0, 0, 0, 0), (4, 0, 0, 3, 0, 0, 0, 0, 2, 1)]


def label_file(root: Path, **options: str) -> Path:
    write_ferplus_folders(root, VOTES, **options)
    return root / 'FER2013Train' / 'label.csv'


def test_rows_are_read_without_a_header(tmp_path: Path) -> None:
    path = label_file(tmp_path)
    rows, votes = read_label_csv(path)
    assert votes.tolist() == [list(row) for row in VOTES]
    assert [row.path for row in rows] == [path.parent / f'fer000000{i}.png' for i in (0, 1)]
    assert rows[1].where == f'{path}, line 2'
    assert rows[0].box is None


def test_a_box_within_the_image_is_the_face(tmp_path: Path) -> None:
    rows, _ = read_label_csv(label_file(tmp_path, box='(2, 3, 40, 44)'))
    np.testing.assert_array_equal(rows[0].box, [2, 3, 40, 44])


@pytest.mark.parametrize(
    'box',
    [
        *('', '0 0 48 48', '(0, 0, 48)', '(9, 0, 9, 48)', '(-1, 0, 9, 9)', '(0, 0, ٤٨, 48)'),
        *(f'(0, 0, {"9" * digits}, 48)' for digits in (6, 400, 5000)),
    ],
)
def test_an_invalid_box_is_an_error(tmp_path: Path, box: str) -> None:
    with pytest.raises(ValueError, match=r'label\.csv, line 1: ".*" is not a box'):
        read_label_csv(label_file(tmp_path, box=box))


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        ('fer0000001.png,"(0, 0, 48, 48)",1,2,3,4', 'line 2: 6 cells instead of 12'),
        ('fer0000001.png,4,0,0,3,0,0,0,0,2,1', 'line 2: 11 cells instead of 12'),
        ('fer0000001.png,(0, 0, 48, 48),4,0,0,3,0,0,0,0,2,1', 'line 2: 15 cells instead of 12'),
        ('fer0000001.png,"(0, 0, 48, 48)",4,0,0,3,x,0,0,0,2,1', 'line 2: the votes .*x'),
        ('fer0000001.png,"(0, 0, 48, 48)",4,0,0,3,-1,0,0,0,2,1', 'line 2: the votes .*-1'),
        ('fer0000001.png,"(0, 0, 48, 48)",4,0,0,3,9999999,0,0,0,2,1', 'line 2: the votes .*999'),
        (
            'fer0000000.png,"(0, 0, 48, 48)",4,0,0,3,0,0,0,0,2,1',
            'is already in line 1',
        ),
    ],
)
def test_faulty_rows_are_located(tmp_path: Path, row: str, message: str) -> None:
    path = label_file(tmp_path)
    first = path.read_text().splitlines()[0]
    path.write_text(f'{first}\n{row}\n')
    with pytest.raises(ValueError, match=message):
        read_label_csv(path)


def test_an_image_without_a_row_is_an_error(tmp_path: Path) -> None:
    path = label_file(tmp_path)
    path.write_text(path.read_text().splitlines()[0] + '\n')
    with pytest.raises(ValueError, match=r'1 images in .* no row in label\.csv, .*fer0000001'):
        read_label_csv(path)


def test_an_image_of_another_format_needs_a_row_too(tmp_path: Path) -> None:
    path = label_file(tmp_path)
    path.with_name('other.jpg').touch()
    with pytest.raises(ValueError, match=r'1 images in .* no row in label\.csv, .*other\.jpg'):
        read_label_csv(path)


def test_hidden_files_are_left_out_and_counted(tmp_path: Path, log: list[str]) -> None:
    path = label_file(tmp_path)
    assert len(read_label_csv(path)[0]) == 2 and not log
    for name in ('._fer0000000.png', '.DS_Store'):
        path.with_name(name).touch()
    assert len(read_label_csv(path)[0]) == 2
    assert 'FER2013Train": 2 left out: 2 hidden' in log[-1]
