from pathlib import Path

import pytest

from mmfer.datasets.files.folders import (
    has_coarse_folders,
    read_class_folders,
    read_tree_folders,
)
from mmfer.labels import LabelTree
from tests.datasets.disk import FINE, TREE, write_fg_emotions, write_image

LABELS = LabelTree.from_mapping(TREE)


def test_class_folders_are_read_recursively_in_order(tmp_path: Path) -> None:
    write_image(tmp_path / 'Hate' / 'film 1' / 'b.JPG')
    write_image(tmp_path / 'Hate' / 'a.png')
    write_image(tmp_path / 'worry' / 'a.png')
    (tmp_path / 'worry' / 'notes.txt').write_text('no image')
    (tmp_path / '.cache').mkdir()
    samples = read_class_folders(tmp_path, FINE)
    assert [(Path(s['img_path']).name, s['gt_label']) for s in samples] == [
        ('a.png', 3),
        ('b.JPG', 3),
        ('a.png', 0),
    ]


def test_an_unknown_folder_is_an_error(tmp_path: Path) -> None:
    write_image(tmp_path / 'wory' / 'a.png')
    with pytest.raises(ValueError, match=r'Folder ".*wory": "wory" is not a class.*mean worry\?'):
        read_class_folders(tmp_path, FINE)


def test_an_image_outside_the_class_folders_is_an_error(tmp_path: Path) -> None:
    write_image(tmp_path / 'worry' / 'a.png')
    write_image(tmp_path / 'lost.png')
    with pytest.raises(ValueError, match=r'1 images in .*, such as lost\.png'):
        read_class_folders(tmp_path, FINE)


def test_the_two_layouts_are_distinguished(tmp_path: Path) -> None:
    write_fg_emotions(tmp_path / 'a')
    write_fg_emotions(tmp_path / 'b', coarse=True)
    assert not has_coarse_folders(tmp_path / 'a' / 'train')
    assert has_coarse_folders(tmp_path / 'b' / 'train')
    write_image(tmp_path / 'b' / 'train' / 'worry' / 'a.png')
    with pytest.raises(ValueError, match='mixes two layouts'):
        has_coarse_folders(tmp_path / 'b' / 'train')


def test_a_fine_class_under_another_coarse_one_is_an_error(tmp_path: Path) -> None:
    write_image(tmp_path / 'fear' / 'hate' / 'a.png')
    with pytest.raises(ValueError, match='has hate under anger, not under fear'):
        read_tree_folders(tmp_path, LABELS)


def test_an_unknown_coarse_folder_is_an_error(tmp_path: Path) -> None:
    write_image(tmp_path / 'wrath' / 'hate' / 'a.png')
    with pytest.raises(ValueError, match='"wrath" is not a class'):
        read_tree_folders(tmp_path, LABELS)


def test_only_the_named_folders_and_files_are_ignored(tmp_path: Path) -> None:
    for name in ('worry/a.png', 'annotations/b.png', 'sheet.png'):
        write_image(tmp_path / name)
    with pytest.raises(ValueError, match='"annotations" is not a class'):
        read_class_folders(tmp_path, FINE, ('sheet.png',))
    with pytest.raises(ValueError, match=r'such as sheet\.png'):
        read_class_folders(tmp_path, FINE, ('annotations',))
    assert len(read_class_folders(tmp_path, FINE, ('annotations', 'sheet.png'))) == 1


def test_two_folders_of_one_class_are_an_error(tmp_path: Path) -> None:
    for name in ('worry', 'Worry'):
        write_image(tmp_path / name / 'a.png')
    with pytest.raises(ValueError, match=r'Worry" and ".*worry" are the same class, worry'):
        read_class_folders(tmp_path, FINE)


def test_left_out_files_are_reported(tmp_path: Path, log: list[str]) -> None:
    write_image(tmp_path / 'worry' / 'a.png')
    for name in ('._b.png', 'b.heic', '.ipynb_checkpoints/a.png'):
        write_image(tmp_path / 'worry' / 'c.png').rename(_place(tmp_path / 'worry' / name))
    write_image(tmp_path / '__MACOSX' / 'worry' / 'a.png')
    (tmp_path / 'hate.zip').touch()
    (tmp_path / 'sheet.csv').touch()
    assert len(read_class_folders(tmp_path, FINE, ('sheet.csv',))) == 1
    (message,) = log
    assert f'"{tmp_path}": 5 left out: 2 hidden (' in message
    assert '1 ending in .heic (b.heic)' in message and '1 ending in .zip (hate.zip)' in message


def test_left_out_files_of_a_tree_are_reported_once(tmp_path: Path, log: list[str]) -> None:
    write_image(tmp_path / 'anger' / 'hate' / 'a.png')
    for name in ('a.heic', 'anger/b.heic', 'anger/hate/c.heic'):
        (tmp_path / name).touch()
    assert len(read_tree_folders(tmp_path, LABELS)) == 1
    (message,) = log
    assert '3 left out: 3 ending in .heic' in message


def _place(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    return path
