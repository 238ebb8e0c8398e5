from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import FERPlus
from mmfer.datasets.readers import ferplus
from tests.datasets.official import face_pixels, write_ferplus, write_ferplus_folders

EYE = [tuple(10 if k == c else 0 for k in range(10)) for c in range(8)]
ROWS = [*EYE, (0, 0, 0, 0, 0, 0, 0, 0, 0, 10), (4, 6, 0, 0, 0, 0, 0, 0, 0, 0)]


@pytest.mark.parametrize(('split', 'part'), [('train', 0), ('val', 1), ('test', 2)])
def test_folders_are_read(tmp_path: Path, split: str, part: int) -> None:
    write_ferplus_folders(tmp_path, ROWS)
    data = FERPlus(str(tmp_path), split, pipeline=[{'type': 'LoadExpressionImage'}])
    assert data.get_gt_labels().tolist() == [*range(8), 1]
    for i, row in enumerate([*range(8), 9]):
        assert (data[i]['img'] == face_pixels(part * len(ROWS) + row)[..., None]).all()
        assert 'face_box' not in data[i]


def test_boxes_of_the_folders_become_face_boxes(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, ROWS, box='(2, 3, 40, 44)')
    info = FERPlus(str(tmp_path)).get_data_info(0)
    np.testing.assert_array_equal(info['face_box'], [2, 3, 40, 44])


def test_the_log_names_the_form_and_compares_its_counts(
    tmp_path: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ferplus_folders(tmp_path / 'a', ROWS)
    write_ferplus(tmp_path / 'b', ROWS)
    FERPlus(str(tmp_path / 'a'))
    FERPlus(str(tmp_path / 'b'))
    assert 'from label.csv in its folder: 1 of 10 images are left out, because' in log[0]
    assert '9 train images instead of 25045. ' in log[1]
    assert 'from fer2013.csv and fer2013new.csv: 1 of 10 images' in log[2]
    assert '9 train images instead of 25060. ' in log[3]
    monkeypatch.setitem(ferplus.COUNTS['folders'], 'majority', {'train': 9})
    FERPlus(str(tmp_path / 'a'))
    assert len(log) == 5


def test_folders_without_boxes_have_the_votes_of_the_table(
    tmp_path: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ferplus_folders(tmp_path, ROWS)
    for path in tmp_path.glob('*/label.csv'):
        path.write_text(path.read_text().replace('"(0, 0, 48, 48)",', ''))
    counts = {'majority': {'train': 9, 'val': 3199}, 'rows': {'train': 10}}
    monkeypatch.setitem(ferplus.COUNTS, 'folders without boxes', counts)
    data = FERPlus(str(tmp_path))
    assert data.get_gt_labels().tolist() == [*range(8), 1]
    FERPlus(str(tmp_path), mode='probability')
    assert len(log) == 2  # known numbers
    FERPlus(str(tmp_path), 'val')
    assert '9 val images instead of 3191' in log[-1]


def test_images_without_label_csv_are_folders(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, ROWS)
    for path in tmp_path.glob('*/label.csv'):
        path.unlink()
    with pytest.raises(
        FileNotFoundError, match=r'has no FER2013Train/label\.csv(.|\n)*in data/ the label\.csv'
    ):
        FERPlus(str(tmp_path))


def test_both_forms_together_need_the_layout_option(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, ROWS)
    write_ferplus(tmp_path, ROWS[:8])
    with pytest.raises(ValueError, match=r'FER2013Train/label\.csv and fer2013\.csv, whose votes'):
        FERPlus(str(tmp_path))
    assert len(FERPlus(str(tmp_path), layout='folders')) == 9
    assert len(FERPlus(str(tmp_path), layout='csv')) == 8
    with pytest.raises(ValueError, match='layout=.zip.*choose one of folders, csv'):
        FERPlus(str(tmp_path), layout='zip')


def test_a_votes_file_next_to_folders_is_no_second_form(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, ROWS)
    write_ferplus(tmp_path, ROWS)
    (tmp_path / 'fer2013.csv').unlink()
    assert 'FER2013Train' in FERPlus(str(tmp_path)).get_data_info(0)['img_path']


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, ROWS)
    (tmp_path / 'FER2013Test' / 'label.csv').unlink()
    with pytest.raises(FileNotFoundError, match=r'has no FER2013Test/label\.csv'):
        FERPlus(str(tmp_path), 'test')
