from pathlib import Path

import pytest

from mmfer.datasets import ExpressionFolder
from tests.datasets.disk import write_image


def test_the_order_of_the_classes_is_the_one_given(tmp_path: Path) -> None:
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
    with pytest.raises(ValueError, match='"1" is no class'):
        ExpressionFolder(str(tmp_path), classes=['glad', 'calm'])
    with pytest.raises(ValueError, match='1 folders for 2 classes'):
        ExpressionFolder(str(tmp_path), classes=['glad', 'calm'], folders=['1'])


def test_a_csv_goes_before_folders(tmp_path: Path) -> None:
    write_image(tmp_path / 'train' / 'a.png')
    write_image(tmp_path / 'train' / 'b.png')
    (tmp_path / 'train.csv').write_text('path,label\ntrain/a.png,glad\ntrain/b.png,calm\n')
    data = ExpressionFolder(str(tmp_path), classes=['calm', 'glad'])
    assert data.get_gt_labels().tolist() == [1, 0]


def test_a_missing_folder_names_the_layouts(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='test/<class>/<image>'):
        ExpressionFolder(str(tmp_path / 'no'), 'test', classes=['calm'])
