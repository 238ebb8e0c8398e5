import pickle
from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import FERPlus
from mmfer.datasets.readers import ferplus
from mmfer.labels import FERPLUS_CLASSES
from tests.datasets.official import face_pixels, write_ferplus, write_ferplus_folders, write_sidecar

EYE = [tuple(10 if k == c else 0 for k in range(10)) for c in range(8)]
NO_FACE = (0, 0, 0, 0, 0, 0, 0, 0, 0, 10)
UNKNOWN = (0, 0, 2, 0, 0, 0, 0, 0, 8, 0)
BLEND = (4, 6, 0, 0, 0, 0, 0, 0, 0, 0)
TIE = (5, 5, 0, 0, 0, 0, 0, 0, 0, 0)
# The second row has no name, so the names that follow are one behind the rows.
ROWS = [EYE[0], NO_FACE, *EYE[1:], UNKNOWN, BLEND, TIE]


@pytest.mark.parametrize(('split', 'part'), [('train', 0), ('val', 1), ('test', 2)])
def test_rows_are_joined_by_number(tmp_path: Path, split: str, part: int) -> None:
    write_ferplus(tmp_path, ROWS)
    data = FERPlus(str(tmp_path), split, pipeline=[{'type': 'LoadExpressionImage'}])
    assert data.metainfo['classes'] == FERPLUS_CLASSES
    assert data.get_gt_labels().tolist() == [*range(8), 1]
    rows = part * len(ROWS) + np.array([0, 2, 3, 4, 5, 6, 7, 8, 10])
    for i, row in enumerate(rows):
        assert (data[i]['img'] == face_pixels(row)[..., None]).all()
        assert 'gt_score' not in data[i]
        assert data[i]['img_path'] == f'{tmp_path}/fer2013.csv/row{row:05}'


def test_soft_labels_are_shares_of_votes(tmp_path: Path) -> None:
    write_ferplus(tmp_path, ROWS)
    for mode in ('probability', 'multi_target'):
        data = FERPlus(str(tmp_path), mode=mode)
        assert len(data) == 10
        infos = [data.get_data_info(i) for i in range(10)]
        assert infos[8]['votes'].tolist() == list(BLEND)
        np.testing.assert_allclose(infos[8]['gt_score'], [0.4, 0.6, *[0] * 6])
        np.testing.assert_allclose(infos[9]['gt_score'], [0.5, 0.5, *[0] * 6])
        assert [info['gt_label'] for info in infos] == [*range(8), 1, 0]
    with pytest.raises(ValueError, match='mode=.crossentropy.*choose one of majority, probability'):
        FERPlus(str(tmp_path), mode='crossentropy')


def test_trainval_joins_both_parts(tmp_path: Path) -> None:
    write_ferplus(tmp_path, ROWS)
    data = FERPlus(str(tmp_path), 'trainval')
    rows = [int(data.get_data_info(i)['img_path'][-5:]) for i in range(len(data))]
    assert rows == [0, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 16, 17, 18, 19, 20, 22]


def test_images_without_a_label_are_counted_in_the_log(tmp_path: Path, log: list[str]) -> None:
    write_ferplus(tmp_path, ROWS)
    FERPlus(str(tmp_path))
    assert (
        '3 of 12 images are left out, because their votes give no label (mode majority)' in log[0]
    )
    assert '9 train images instead of 25060. ' in log[1]
    FERPlus(str(tmp_path), mode='probability')
    assert '2 of 12 images are left out, because their votes' in log[2]
    assert '(mode probability)' in log[2]
    assert '12 train rows instead of 28709. ' in log[3]


def test_official_counts_give_no_warning(
    tmp_path: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = ferplus.COUNTS
    assert counts['folders']['majority'] == {'train': 25045, 'val': 3191, 'test': 3137}
    assert counts['csv']['majority'] == {'train': 25060, 'val': 3199, 'test': 3153}
    assert sum(counts['csv']['rows'].values()) == 35887
    write_ferplus(tmp_path, ROWS)
    monkeypatch.setitem(counts['csv'], 'majority', {'train': 9})
    FERPlus(str(tmp_path))
    assert len(log) == 1


@pytest.mark.parametrize('folder', ['.', 'fer2013'])
@pytest.mark.parametrize('name', ['fer2013.csv', 'icml_face_data.csv'])
def test_pixels_are_found_in_the_folder_of_their_archive(
    tmp_path: Path, folder: str, name: str
) -> None:
    write_ferplus(tmp_path, ROWS)
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / 'fer2013.csv').rename(tmp_path / folder / name)
    assert len(FERPlus(str(tmp_path))) == 9


def test_rows_without_an_image_are_counted_or_left_out(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, ROWS)
    (tmp_path / 'FER2013Train' / 'fer0000000.png').unlink()
    (tmp_path / 'FER2013Train' / 'fer0000002.png').write_bytes(b'')
    report = str(tmp_path / 'report.txt')
    with pytest.raises(
        FileNotFoundError, match=r'line 1: .*0000000\.png" .*1 missing and 1 broken'
    ):
        FERPlus(str(tmp_path), broken_report=report)
    assert len(FERPlus(str(tmp_path), broken='skip', broken_report=report)) == 7
    assert 'fer0000000.png' in Path(report).read_text()


def test_tables_that_do_not_match_are_refused(tmp_path: Path) -> None:
    write_ferplus(tmp_path, ROWS)
    path = tmp_path / 'fer2013new.csv'
    lines = path.read_text().splitlines()
    path.write_text('\n'.join(lines[:-1]))
    with pytest.raises(
        ValueError, match='has 36 rows and .* 35, but the two files are joined by row'
    ):
        FERPlus(str(tmp_path))
    path.write_text('\n'.join([lines[0], *lines[2:], lines[1]]))
    with pytest.raises(ValueError, match='fer2013.csv, line 13, has the usage Training, .*has Pu'):
        FERPlus(str(tmp_path))


def test_a_sidecar_adds_the_face_but_no_class_or_shares(tmp_path: Path) -> None:
    write_ferplus(tmp_path, ROWS)
    names = ['fer2013.csv/row00000', 'fer2013.csv/row00010']
    path = tmp_path / 'annotations' / 'train.json'
    write_sidecar(path, names, list(FERPLUS_CLASSES), [3, 3])
    data = FERPlus(str(tmp_path), mode='probability')
    first, blend = data.get_data_info(0), data.get_data_info(8)
    assert first['subject'] == blend['subject'] == 'p0'
    assert blend['gt_label'] == 1
    np.testing.assert_allclose(blend['gt_score'][:2], [0.4, 0.6])


def test_damaged_pixels_are_found_or_replaced(tmp_path: Path) -> None:
    write_ferplus(tmp_path, ROWS)
    options = {
        'pipeline': [{'type': 'LoadExpressionImage'}],
        'broken': 'skip',
        'broken_report': str(tmp_path / 'broken.txt'),
    }
    path = tmp_path / 'fer2013.csv'
    text = path.read_text().split('\n')
    text[1] = text[1].replace(text[1].split(',')[1].split()[0], '999', 1)
    path.write_text('\n'.join(text))
    data = FERPlus(str(tmp_path), **options)
    assert len(data) == 9
    assert data[0]['img_path'] != str(path / 'row00000')
    assert 'row00000' in (tmp_path / 'broken.txt').read_text()
    assert len(FERPlus(str(tmp_path), **options, test_mode=True)) == 8


def test_a_worker_can_read_images(tmp_path: Path) -> None:
    write_ferplus(tmp_path, ROWS)
    data = FERPlus(str(tmp_path), pipeline=[{'type': 'LoadExpressionImage'}])
    again = pickle.loads(pickle.dumps(data))
    assert (again[8]['img'] == data[8]['img']).all()
    assert len(pickle.dumps(data)) < 20_000  # the pixels stay on disk


@pytest.mark.parametrize('lost', ['fer2013.csv', 'fer2013new.csv'])
def test_the_error_for_a_missing_table_says_where_to_get_it(tmp_path: Path, lost: str) -> None:
    write_ferplus(tmp_path, ROWS)
    (tmp_path / lost).unlink()
    with pytest.raises(FileNotFoundError) as caught:
        FERPlus(str(tmp_path))
    for part in (
        f'has no {lost}',
        'kaggle.com',
        'github.com/microsoft/FERPlus',
        f'ferplus {tmp_path} --preset standard',
    ):
        assert part in str(caught.value)
