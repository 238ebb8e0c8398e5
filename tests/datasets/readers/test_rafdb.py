from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import RAFDB
from mmfer.datasets.readers import rafdb
from mmfer.labels import RAFDB_CLASSES
from tests.datasets.disk import write_image

MANUAL = '10.5\t20\n30 21\n20\t30\n12\t40\n28\t41\n1\n2\n3\n'


def write_rafdb(root: Path, per_class: int = 1) -> list[str]:
    """Write RAF-DB's files with counts for each class and part; return the rows of the list."""
    rows = []
    for part, digits in (('train', 5), ('test', 4)):
        for i in range(7 * per_class):
            stem = f'{part}_{i + 1:0{digits}d}'
            rows.append(f'{stem}.jpg {i % 7 + 1}')
            write_image(root / 'Image' / 'aligned' / f'{stem}_aligned.jpg', seed=i)
            write_image(root / 'Image' / 'original' / f'{stem}.jpg', seed=i, size=(50, 60))
            for folder, suffix, text in (
                ('manual', 'manu_attri', MANUAL),
                ('boundingbox', 'boundingbox', '1.0 2.0 40.5 50.5 \n'),
            ):
                path = root / 'Annotation' / folder / f'{stem}_{suffix}.txt'
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    write_list(root, rows)
    return rows


def write_list(root: Path, rows: list[str]) -> None:
    path = root / 'EmoLabel' / 'list_patition_label.txt'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('\n'.join(rows) + '\n')


def test_labels_come_from_the_list(tmp_path: Path) -> None:
    write_rafdb(tmp_path)
    for part, digits in (('train', 5), ('test', 4)):
        data = RAFDB(str(tmp_path), part)
        assert data.metainfo['classes'] == RAFDB_CLASSES
        assert data.get_gt_labels().tolist() == list(range(7))
        name = f'{part}_{1:0{digits}d}_aligned.jpg'
        assert data.get_data_info(0)['img_path'].endswith(f'Image/aligned/{name}')


def test_originals_have_all_annotations_and_aligned_images_only_groups(tmp_path: Path) -> None:
    write_rafdb(tmp_path)
    aligned = RAFDB(str(tmp_path)).get_data_info(0)
    group = {'gender': 'female', 'race': 'asian', 'age': '40-69'}
    assert aligned['group'] == group
    assert 'landmarks5' not in aligned
    assert 'face_box' not in aligned
    original = RAFDB(str(tmp_path), image='original').get_data_info(0)
    assert original['group'] == group
    np.testing.assert_allclose(original['landmarks5'][[0, 4]], [[10.5, 20], [28, 41]])
    np.testing.assert_allclose(original['face_box'], [1, 2, 40.5, 50.5])


def test_annotations_are_optional(tmp_path: Path) -> None:
    write_rafdb(tmp_path)
    (tmp_path / 'Annotation').rename(tmp_path / 'Elsewhere')
    assert 'group' not in RAFDB(str(tmp_path)).get_data_info(0)


def test_only_unofficial_counts_are_reported(
    tmp_path: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rafdb(tmp_path, per_class=2)
    RAFDB(str(tmp_path))
    assert '14 train images instead of 12271' in log[-1]
    assert 'happiness 2 (official 4772)' in log[-1]
    assert [sum(rafdb.RAFDB_COUNTS[part]) for part in ('train', 'test')] == [12271, 3068]
    monkeypatch.setitem(rafdb.RAFDB_COUNTS, 'train', (2,) * 7)
    log.clear()
    RAFDB(str(tmp_path))
    assert not log


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        ('train_00001.jpg 8', 'line 15: the label 8 is not one of 1 to 7'),
        ('train_00001.jpg 0', 'line 15: the label 0'),
        ('train_00001.jpg', 'line 15: "train_00001.jpg" is not a row'),
        ('valid_00001.jpg 3', 'line 15: .* is not a row'),
        ('train_00099.jpg ' + '9' * 5000, 'line 15: the label 9{20} is not one of 1 to 7'),
        ('train_00099.jpg;3', 'list_patition_label.txt, line 15: ";" separates .* by a space'),
        ('train_00099.jpg; 3', 'line 15: ";" separates'),
        ('train_00099.jpg,3', 'line 15: "," separates'),
        ('train_00001.jpg 1', 'listed twice: .*line 1 and .*line 15'),
    ],
)
def test_faulty_rows_are_located(tmp_path: Path, row: str, message: str) -> None:
    write_list(tmp_path, [*write_rafdb(tmp_path), row])
    with pytest.raises(ValueError, match=message):
        RAFDB(str(tmp_path))


def test_a_row_without_image_is_located(tmp_path: Path) -> None:
    write_list(tmp_path, [*write_rafdb(tmp_path), 'train_00099.jpg 3'])
    with pytest.raises(FileNotFoundError, match=r'line 15: .*train_00099_aligned\.jpg'):
        RAFDB(str(tmp_path))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        (MANUAL + '4\n', '14 numbers instead of 13'),
        (MANUAL.replace('\n2\n', '\n9\n'), 'race 9 is not one of 0 to 2'),
        (MANUAL.replace('10.5', 'ten'), 'ten'),
        (MANUAL.replace('30 21', '30;21'), 'line 2: ";" separates the fields of "30;21"'),
        (MANUAL.replace('10.5', 'inf'), 'a number is not finite'),
    ],
)
def test_faulty_annotations_are_located(tmp_path: Path, text: str, message: str) -> None:
    write_rafdb(tmp_path)
    (tmp_path / 'Annotation' / 'manual' / 'train_00003_manu_attri.txt').write_text(text)
    with pytest.raises(ValueError, match=f'train_00003_manu_attri.txt: .*{message}'):
        RAFDB(str(tmp_path))


def test_numbered_class_folders_need_an_explicit_order(tmp_path: Path) -> None:
    write_image(tmp_path / 'train' / '1' / 'a.jpg')
    with pytest.raises(FileNotFoundError, match="type='ExpressionFolder', classes="):
        RAFDB(str(tmp_path))


def test_the_error_for_a_missing_data_set_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        RAFDB(str(tmp_path))
    for part in ('whdeng.cn', 'list_patition_label.txt', f'rafdb {tmp_path} --preset standard'):
        assert part in str(caught.value)


def test_bad_options_are_refused(tmp_path: Path) -> None:
    write_rafdb(tmp_path)
    with pytest.raises(ValueError, match="'aligned' or 'original'"):
        RAFDB(str(tmp_path), image='cropped')
    with pytest.raises(ValueError, match='Set val_ratio'):
        RAFDB(str(tmp_path), 'val')


def paths(root: Path) -> list[str]:
    data = RAFDB(str(root))
    return [data.get_data_info(i)['img_path'] for i in range(len(data))]


def test_a_list_may_name_the_aligned_images(tmp_path: Path) -> None:
    rows = write_rafdb(tmp_path)
    expected = paths(tmp_path)
    write_list(tmp_path, [row.replace('.jpg', '_aligned.jpg') for row in rows])
    assert paths(tmp_path) == expected


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        (b'train_\xb1.jpg 3', 'line 3 is not text in UTF-8'),
        ('train_00001.jpg \u00b3'.encode(), 'line 3: the label'),
    ],
)
def test_damaged_bytes_are_located(tmp_path: Path, row: bytes, message: str) -> None:
    write_rafdb(tmp_path)
    path = tmp_path / RAFDB.LIST
    lines = path.read_bytes().splitlines()
    path.write_bytes(b'\n'.join([*lines[:2], row, *lines[2:]]))
    with pytest.raises(ValueError, match=message) as caught:
        RAFDB(str(tmp_path))
    assert str(path) in str(caught.value) and not isinstance(caught.value, UnicodeError)
