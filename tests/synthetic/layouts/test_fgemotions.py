from collections import Counter
from pathlib import Path

from mmfer.labels import LabelTree
from mmfer.synthetic.layouts import build_layout

TREE = LabelTree.load('fgemotions')


def test_paths():
    layout = build_layout('fgemotions')
    label = TREE.fine.index('torment')
    assert layout.image_path('test', 41, label) == 'test/anger/torment/00042.jpg'


def test_class_folders_are_inside_their_coarse_class(rendered_fgemotions: Path):
    expected = {(TREE.coarse[p], f) for f, p in zip(TREE.fine, TREE.parents, strict=True)}
    images = list(rendered_fgemotions.glob('test/*/*/*.jpg'))
    assert Counter(p.parts[-3:-1] for p in images) == dict.fromkeys(expected, 1)
    train = list(rendered_fgemotions.glob('train/*/*/*.jpg'))
    assert len(train) == 66
    assert {p.parts[-3:-1] for p in train} <= expected


def test_no_other_files_are_next_to_the_classes(rendered_fgemotions: Path):
    names = {p.name for p in rendered_fgemotions.iterdir()}
    assert names == {'train', 'test', 'annotations', 'contact_sheet.jpg', 'rendering.json'}
    for split in ('train', 'test'):
        assert not list(rendered_fgemotions.glob(f'{split}/*.*'))
        names = [p.name for p in rendered_fgemotions.glob(f'{split}/*/*/*')]
        assert len(names) == len(set(names))
