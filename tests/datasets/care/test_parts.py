from pathlib import Path

import pytest

from mmfer.datasets.care.parts import read_parts
from tests.datasets.care.sets import config_of, write_set
from tests.helpers import CLASSES, tiny_config
from tests.subjects import SHOWN, write_subjects


def test_broken_images_do_not_stop_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    root = write_set(tmp_path / 'faces')
    (root / 'train/anger/00.png').write_bytes(b'')
    train, test = read_parts(config_of(root, broken='error'))
    assert (len(train.samples), len(test.samples)) == (7, 8)
    assert [Path(path).name for path in train.broken] == ['00.png']
    assert train.label(train.samples[0]) == 'anger'
    assert train.sources == [f'ExpressionFolder at {root}, split train']
    assert not (tmp_path / 'work_dirs').exists()


def test_wrappers_and_readers_of_other_libraries(image_folder: Path, tmp_path: Path):
    config = tiny_config(tmp_path, image_folder)
    inside = config.train_dataloader.dataset
    config.train_dataloader.dataset = dict(type='RepeatDataset', times=3, dataset=inside)
    train = read_parts(config)[0]
    assert len(train.samples) == 12 and train.error == ''
    assert train.classes == ['anger', 'happiness', 'sadness']


def test_broken_images_and_persons_of_joined_data_sets_are_found(tmp_path: Path) -> None:
    roots = [write_subjects(tmp_path / name) for name in ('first', 'second')]
    (roots[1] / 'sub01_0.png').write_bytes(b'')
    config = config_of(roots[0])
    reader = {**config.train_dataloader.dataset, 'classes': CLASSES}
    joined = [{**reader, 'data_root': str(root)} for root in roots]
    config.train_dataloader.dataset = dict(type='ConcatDataset', datasets=joined)
    train = read_parts(config)[0]
    assert list(train.broken) == [str(roots[1] / 'sub01_0.png')]
    assert train.persons == {(name, str(root)) for name in SHOWN for root in roots}
