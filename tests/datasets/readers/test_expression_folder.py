import os
from pathlib import Path
from typing import Any

import pytest

from mmfer.datasets import BrokenImageError, ExpressionFolder
from tests.datasets.disk import write_image


def test_classes_keep_the_given_order(tmp_path: Path) -> None:
    for name in ('calm', 'glad'):
        write_image(tmp_path / 'train' / name / 'a.png')
    for classes in (['calm', 'glad'], ['glad', 'calm']):
        data = ExpressionFolder(str(tmp_path), classes=classes)
        assert data.metainfo['classes'] == tuple(classes)
        for info in map(data.get_data_info, range(2)):
            assert Path(info['img_path']).parent.name == classes[info['gt_label']]


def test_numbered_folders_are_read_in_an_explicit_order(tmp_path: Path) -> None:
    for name in ('1', '2'):
        write_image(tmp_path / 'train' / name / 'a.png')
    data = ExpressionFolder(str(tmp_path), classes=['glad', 'calm'], folders=[2, 1])
    assert {
        Path(i['img_path']).parent.name: i['gt_label'] for i in map(data.get_data_info, (0, 1))
    } == {
        '2': 0,
        '1': 1,
    }
    with pytest.raises(ValueError, match='"1" is not a class'):
        ExpressionFolder(str(tmp_path), classes=['glad', 'calm'])
    with pytest.raises(ValueError, match='1 folders for 2 classes'):
        ExpressionFolder(str(tmp_path), classes=['glad', 'calm'], folders=['1'])


def test_a_csv_has_priority_over_folders(tmp_path: Path) -> None:
    write_image(tmp_path / 'train' / 'a.png')
    write_image(tmp_path / 'train' / 'b.png')
    (tmp_path / 'train.csv').write_text('path,label\ntrain/a.png,glad\ntrain/b.png,calm\n')
    data = ExpressionFolder(str(tmp_path), classes=['calm', 'glad'])
    assert data.get_gt_labels().tolist() == [1, 0]


def test_a_csv_beside_class_folders_lists_their_images(tmp_path: Path, log: list[str]) -> None:
    write_both(tmp_path)
    write_image(tmp_path / 'other' / 'b.png')
    table = tmp_path / 'train.csv'
    table.write_text('path,label\nother/b.png,glad\n')
    with pytest.raises(ValueError, match='lists none of the 2 images in the class folders of'):
        folder(tmp_path, empty_classes='warn')
    with table.open('a') as file:
        file.write('train/calm/../calm/a.png,glad\n')
    assert len(folder(tmp_path, empty_classes='warn')) == 2
    assert 'lists only 1 of the 2 images' in log[0] and 'train/glad/a.png"' in log[0]
    log.clear()
    table.write_text('path,label\ntrain/calm/a.png,glad\ntrain/glad/a.png,calm\n')
    assert folder(tmp_path).get_gt_labels().tolist() == [1, 0]
    assert not log


def test_a_missing_folder_names_the_layouts(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='test/<class>/<image>'):
        ExpressionFolder(str(tmp_path / 'no'), 'test', classes=['calm'])


def folder(root: Path, **options: Any) -> ExpressionFolder:
    options = {'classes': ['calm', 'glad'], 'broken_report': str(root / 'report.txt')} | options
    return ExpressionFolder(str(root), **options)


def write_both(root: Path) -> None:
    for name in ('calm', 'glad'):
        write_image(root / 'train' / name / 'a.png')


def test_system_files_are_ignored(tmp_path: Path, log: list[str]) -> None:
    write_both(tmp_path)
    for name in (
        'train/calm/.ipynb_checkpoints/a.png',
        'train/.ipynb_checkpoints/a.png',
        'train/__MACOSX/calm/a.png',
        'train/calm/._a.png',
    ):
        write_image(tmp_path / name)
    assert len(folder(tmp_path)) == 2
    assert '4 left out: 3 hidden (' in log[0]


def test_a_link_to_a_parent_adds_no_image_of_another_class(tmp_path: Path) -> None:
    write_both(tmp_path)
    (tmp_path / 'train/calm/up').symlink_to('..')
    assert len(folder(tmp_path)) == 2
    (tmp_path / 'store').mkdir()
    (tmp_path / 'train/glad').rename(tmp_path / 'store/glad')
    (tmp_path / 'train/glad').symlink_to(tmp_path / 'store/glad')
    assert folder(tmp_path).get_gt_labels().tolist() == [0, 1]


def test_an_image_linked_into_two_classes_is_an_error(tmp_path: Path) -> None:
    write_both(tmp_path)
    (tmp_path / 'train/glad/b.png').symlink_to(tmp_path / 'train/calm/a.png')
    with pytest.raises(ValueError, match='are listed twice'):
        folder(tmp_path)


@pytest.mark.parametrize(
    ('classes', 'message'),
    [
        ('calm,glad', 'give a list of names'),
        ([], 'give a list of names'),
        (['calm', 'calm'], '"calm" and "calm" are the same name'),
        (['very calm', 'Very-Calm'], '"very calm" and "Very-Calm" are the same name'),
    ],
)
def test_classes_must_be_names(tmp_path: Path, classes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        folder(tmp_path, classes=classes)


def test_csv_files_of_spreadsheets_are_read(tmp_path: Path) -> None:
    write_both(tmp_path)
    text = 'sep=;\r\nPath;Label;\r\n"train\\calm\\a.png";calm;\r\n./train/glad/a.png;Glad;\r\n'
    for encoding in ('utf-8', 'utf-8-sig', 'utf-16'):
        (tmp_path / 'train.csv').write_bytes(text.encode(encoding))
        assert folder(tmp_path).get_gt_labels().tolist() == [0, 1]


def test_missing_images_of_a_csv_are_reported(tmp_path: Path) -> None:
    write_both(tmp_path)
    rows = ['path,label', 'train/calm/a.png,calm', 'no1.png,calm', 'no2.png,glad', 'no3.png,glad']
    (tmp_path / 'train.csv').write_text('\n'.join([*rows, 'train/glad/a.png,glad']))
    with pytest.raises(FileNotFoundError, match=r'line 3: the file .*no1.*3 missing and 0 bro'):
        folder(tmp_path)
    assert folder(tmp_path, broken='skip').get_gt_labels().tolist() == [0, 1]
    assert len((tmp_path / 'report.txt').read_text().splitlines()) == 3


@pytest.mark.parametrize('name', ['x.jpg', '/dev/zero'])
def test_a_pipe_or_a_device_in_a_csv_counts_as_broken(tmp_path: Path, name: str) -> None:
    write_both(tmp_path)
    os.mkfifo(tmp_path / 'x.jpg')
    rows = ['path,label', 'train/calm/a.png,calm', f'{name},calm', 'train/glad/a.png,glad']
    (tmp_path / 'train.csv').write_text('\n'.join(rows))
    message = rf'csv, line 3: the .*{name}".*0 missing and 1 broken'
    with pytest.raises(BrokenImageError, match=message):
        folder(tmp_path)
    assert len(folder(tmp_path, broken='skip', test_mode=True)) == 2


@pytest.mark.parametrize('other', ['train/calm/a.png', './train/../train/calm/a.png'])
def test_an_image_with_two_labels_is_an_error(tmp_path: Path, other: str) -> None:
    write_both(tmp_path)
    (tmp_path / 'train.csv').write_text(f'path,label\ntrain/calm/a.png,calm\n{other},glad\n')
    with pytest.raises(ValueError, match=r'listed twice: .*line 2 and .*line 3'):
        folder(tmp_path)


def test_a_repeated_row_is_counted_and_left_out(tmp_path: Path, log: list[str]) -> None:
    write_both(tmp_path)
    rows = ['train/calm/a.png,calm', 'train/glad/a.png,glad', './train/../train/calm/a.png,Calm']
    (tmp_path / 'train.csv').write_text('\n'.join(['path,label', *rows]))
    assert folder(tmp_path).get_gt_labels().tolist() == [0, 1]
    (said,) = log
    assert '1 rows of' in said and 'line 2 and ' in said and 'line 4' in said


def test_a_dead_link_is_told(tmp_path: Path, log: list[str]) -> None:
    write_both(tmp_path)
    (tmp_path / 'train/calm/more').symlink_to(tmp_path / 'nowhere')
    assert len(folder(tmp_path)) == 2
    assert '1 links to nothing (more)' in log[0]


def test_the_encoding_of_a_csv_can_be_set(tmp_path: Path) -> None:
    write_image(tmp_path / '高.png')
    (tmp_path / 'train.csv').write_bytes('path,label\n高.png,高\n'.encode('gbk'))
    options: dict[str, Any] = {'classes': ['glad'], 'folders': ['高']}
    with pytest.raises(ValueError, match=r'train\.csv, line 2 is not text in UTF-8.*gb18030'):
        folder(tmp_path, **options)
    assert len(folder(tmp_path, csv_encoding='gbk', **options)) == 1


def test_trainval_has_the_validation_part_if_there_is_one(tmp_path: Path) -> None:
    for name in ('calm', 'glad'):
        write_image(tmp_path / 'train' / name / 'a.png')
    assert len(folder(tmp_path, split='trainval')) == 2
    (tmp_path / 'val.csv').write_text('path,label\nb.png,calm\nc.png,glad\n')
    for name in 'bc':
        write_image(tmp_path / f'{name}.png')
    assert len(folder(tmp_path, split='trainval')) == 4
