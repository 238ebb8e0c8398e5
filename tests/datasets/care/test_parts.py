from pathlib import Path

import pytest

from mmfer.datasets.care.parts import read_parts
from tests.datasets.care.sets import config_of, write_set
from tests.helpers import tiny_config


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
