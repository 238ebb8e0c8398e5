from pathlib import Path

import pytest

from mmfer.datasets.files.folders import (
    has_coarse_folders,
    read_class_folders,
    read_csv,
    read_tree_folders,
)
from mmfer.labels import LabelTree
from tests.datasets.disk import FINE, TREE, write_fg_emotions, write_image

LABELS = LabelTree.from_mapping(TREE)


def test_class_folders_are_read_in_order_and_depth(tmp_path: Path) -> None:
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


def test_an_unknown_folder_stops(tmp_path: Path) -> None:
    write_image(tmp_path / 'wory' / 'a.png')
    with pytest.raises(ValueError, match=r'Folder ".*wory": "wory" is no class.*mean worry\?'):
        read_class_folders(tmp_path, FINE)


def test_an_image_beside_the_folders_stops(tmp_path: Path) -> None:
    write_image(tmp_path / 'worry' / 'a.png')
    write_image(tmp_path / 'lost.png')
    with pytest.raises(ValueError, match=r'1 images, such as lost\.png'):
        read_class_folders(tmp_path, FINE)


def test_the_two_layouts_are_told_apart(tmp_path: Path) -> None:
    write_fg_emotions(tmp_path / 'a')
    write_fg_emotions(tmp_path / 'b', coarse=True)
    assert not has_coarse_folders(tmp_path / 'a' / 'train')
    assert has_coarse_folders(tmp_path / 'b' / 'train')
    write_image(tmp_path / 'b' / 'train' / 'worry' / 'a.png')
    with pytest.raises(ValueError, match='mixes two layouts'):
        has_coarse_folders(tmp_path / 'b' / 'train')


def test_a_fine_class_under_another_coarse_one_stops(tmp_path: Path) -> None:
    write_image(tmp_path / 'fear' / 'hate' / 'a.png')
    with pytest.raises(ValueError, match='has hate under anger, not under fear'):
        read_tree_folders(tmp_path, LABELS)


def test_an_unknown_coarse_folder_stops(tmp_path: Path) -> None:
    write_image(tmp_path / 'wrath' / 'hate' / 'a.png')
    with pytest.raises(ValueError, match='"wrath" is no class'):
        read_tree_folders(tmp_path, LABELS)


def test_a_csv_is_read(tmp_path: Path) -> None:
    write_image(tmp_path / 'pics' / 'a.png')
    path = tmp_path / 'train.csv'
    path.write_text('\ufeffscore, Path, Fine\n3, pics/a.png, Hate\n', encoding='utf-8')
    (sample,) = read_csv(path, tmp_path, FINE)
    assert sample['img_path'] == str(tmp_path / 'pics' / 'a.png')
    assert sample['gt_label'] == 3
    path.write_text('path,label\npics/a.png,panic\n')
    assert read_csv(path, tmp_path, FINE)[0]['gt_label'] == 1


@pytest.mark.parametrize(
    ('text', 'error', 'message'),
    [
        ('', ValueError, 'lacks the column path; its first line has: nothing'),
        ('path,mood\na.png,hate\n', ValueError, 'lacks the column fine.*path, mood'),
        ('file,fine\na.png,hate\n', ValueError, 'lacks the column path'),
        ('path,fine\na.png,hate\nb.png,hate\n', FileNotFoundError, 'line 3: there is no file'),
        ('path,fine\na.png,rage\n', ValueError, 'line 2: "rage" is no class'),
        ('path,fine\na.png\n', ValueError, 'line 2: 1 cells below 2 columns'),
        ('path,fine\na.png,\n', ValueError, 'line 2: the path or the class is empty'),
    ],
)
def test_a_faulty_csv_is_located(
    tmp_path: Path, text: str, error: type[Exception], message: str
) -> None:
    write_image(tmp_path / 'a.png')
    (tmp_path / 'train.csv').write_text(text)
    with pytest.raises(error, match=message):
        read_csv(tmp_path / 'train.csv', tmp_path, FINE)


def test_folders_and_images_that_are_none_are_left_alone(tmp_path: Path) -> None:
    for name in ('worry/a.png', 'annotations/b.png', 'sheet.png'):
        write_image(tmp_path / name)
    with pytest.raises(ValueError, match='"annotations" is no class'):
        read_class_folders(tmp_path, FINE, ('sheet.png',))
    with pytest.raises(ValueError, match=r'such as sheet\.png'):
        read_class_folders(tmp_path, FINE, ('annotations',))
    assert len(read_class_folders(tmp_path, FINE, ('annotations', 'sheet.png'))) == 1


def test_a_csv_may_tell_subjects(tmp_path: Path) -> None:
    write_image(tmp_path / 'a.png')
    write_image(tmp_path / 'b.png')
    path = tmp_path / 'all.csv'
    path.write_text('Subject,path,label\nann,a.png,worry\n,b.png,worry\n')
    first, second = read_csv(path, tmp_path, FINE)
    assert first['subject'] == 'ann' and 'subject' not in second
