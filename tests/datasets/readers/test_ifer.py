from pathlib import Path

import pytest

from mmfer.datasets import IFER
from mmfer.datasets.readers import ifer
from mmfer.labels import IFER_CLASSES
from tests.datasets.official import write_ifer, write_sidecar

SPLITS = ('train', 'val', 'test')


def paths(root: Path, split: str, **options: object) -> list[str]:
    data = IFER(str(root), split, **options)
    return [data.get_data_info(i)['img_path'] for i in range(len(data))]


def test_classes_and_parts(tmp_path: Path) -> None:
    write_ifer(tmp_path, 10)
    assert IFER_CLASSES == ('happy', 'calm', 'crying', 'sleeping')
    data = {split: IFER(str(tmp_path), split) for split in (*SPLITS, 'trainval')}
    assert [len(d) for d in data.values()] == [24, 8, 8, 32]
    for part in data.values():
        assert part.metainfo['classes'] == IFER_CLASSES
        for info in map(part.get_data_info, range(len(part))):
            assert Path(info['img_path']).parent.name == IFER_CLASSES[info['gt_label']]
    assert data['test'].get_gt_labels().tolist().count(2) == 2
    own = [set(paths(tmp_path, split)) for split in SPLITS]
    assert len(own[0] | own[1] | own[2]) == 40


def test_the_split_is_saved(tmp_path: Path) -> None:
    write_ifer(tmp_path, 10)
    first = paths(tmp_path, 'train')
    assert (tmp_path / 'split_seed0.json').is_file()
    assert paths(tmp_path, 'train') == first
    assert paths(tmp_path, 'train', split_seed=1) != first
    elsewhere = tmp_path / 'kept' / 'mine.json'
    assert paths(tmp_path, 'train', split_file=str(elsewhere)) == first
    assert elsewhere.is_file()
    (tmp_path / 'calm' / '3.jpg').unlink()
    with pytest.raises(ValueError, match=r'1 of it are not on disk, such as calm/3\.jpg'):
        paths(tmp_path, 'train')


def test_a_csv_with_subjects_is_read(tmp_path: Path) -> None:
    write_ifer(tmp_path, 10)
    rows = [f'{name}/{i}.jpg,{name},baby{i}' for name in IFER_CLASSES for i in range(10)]
    (tmp_path / 'ifer.csv').write_text('path,label,subject\n' + '\n'.join(rows))
    stems = [{Path(path).stem for path in paths(tmp_path, split)} for split in SPLITS]
    assert [len(own) for own in stems] == [6, 2, 2]
    assert not stems[0] & stems[1] and not stems[0] & stems[2] and not stems[1] & stems[2]
    (tmp_path / 'happy' / '4.jpg').unlink()
    with pytest.raises(FileNotFoundError, match=r'line 6: the file .*happy/4\.jpg" does not exist'):
        [paths(tmp_path, split) for split in SPLITS]


def test_the_sidecar_gives_the_subjects(tmp_path: Path) -> None:
    write_ifer(tmp_path, 10)
    labels = [k for i in range(10) for k in range(4)]
    names = [f'{IFER_CLASSES[k]}/{i}.jpg' for i in range(10) for k in range(4)]
    write_sidecar(tmp_path / 'annotations' / 'all.json', names, list(IFER_CLASSES), labels)
    (tmp_path / 'contact_sheet.jpg').touch()
    owners = []
    for split in SPLITS:
        data = IFER(str(tmp_path), split, empty_classes='warn', soft_labels=True)
        infos = [data.get_data_info(i) for i in range(len(data))]
        owners.append({info['subject'] for info in infos})
        assert all(info['face_box'].tolist() == [1, 2, 9, 11] for info in infos)
        assert all(info['gt_score'].argmax() == 0 for info in infos)
    assert [len(own) for own in owners] == [12, 4, 4]
    assert len(set.union(*owners)) == 20


def test_only_counts_that_differ_from_the_paper_are_reported(
    tmp_path: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ifer(tmp_path)
    IFER(str(tmp_path))
    assert '20 whole images instead of 10240' in log[-1]
    assert 'crying 5 (official 1991)' in log[-1]
    monkeypatch.setattr(ifer, 'IFER_COUNTS', (5,) * 4)
    log.clear()
    IFER(str(tmp_path))
    assert not log


def test_case_and_additions_of_spreadsheets_are_ignored(tmp_path: Path) -> None:
    write_ifer(tmp_path, 5)
    first = [Path(path).relative_to(tmp_path) for path in paths(tmp_path, 'test')]
    for name in IFER_CLASSES:
        (tmp_path / name).rename(tmp_path / name.upper())
    (tmp_path / 'split_seed0.json').unlink()
    names = [Path(path).relative_to(tmp_path) for path in paths(tmp_path, 'test')]
    assert [str(name).lower() for name in names] == list(map(str, first))
    rows = [f'{name.upper()}/{i}.jpg , {name.title()} ' for name in IFER_CLASSES for i in range(5)]
    text = '\r\n'.join(['\ufeffPath, Label', *rows])
    (tmp_path / 'ifer.csv').write_bytes(text.encode())
    assert len(paths(tmp_path, 'train')) == 12


def test_an_unknown_folder_is_an_error(tmp_path: Path) -> None:
    write_ifer(tmp_path)
    (tmp_path / 'happy').rename(tmp_path / 'hapy')
    with pytest.raises(FileNotFoundError, match=r'has no ifer\.csv and no happy/'):
        IFER(str(tmp_path))
    write_ifer(tmp_path)
    with pytest.raises(ValueError, match=r'"hapy" is not a class.*mean happy\?'):
        IFER(str(tmp_path))


def test_the_error_for_a_missing_data_set_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        IFER(str(tmp_path / 'no'))
    for part in ('Geng', 'ifer.csv', f'ifer {tmp_path}/no --preset standard'):
        assert part in str(caught.value)
