"""The data loader of a config beside its training step."""

from pathlib import Path

import pytest
from mmengine.config import Config

from mmfer.engine import load_config
from mmfer.engine.speed.data_speed import BatchReader, data_speed
from mmfer.engine.speed.turns import Times
from tests.helpers import write_config, write_images


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_images(tmp_path)
    return load_config(write_config(tmp_path / 'config.py', tmp_path))


def test_the_share_of_the_step(config: Config) -> None:
    step, loader = data_speed({'a': config}, Times(3, 0.01))
    assert step.names == {'model': 'a', 'part': 'training step'}
    assert loader.names == {'model': 'a', 'part': 'data loader'}
    found, own = loader.speeds['images/s'], step.speeds['images/s']
    assert own.ratios == [1, 1, 1] and step.facts["share of the step's time"] == '100.0%'
    pairs = zip(found.rounds, own.rounds, strict=True)
    assert found.ratios == [one / other for one, other in pairs]
    assert loader.facts == {'batch': '4', "share of the step's time": f'{1 / found.ratio:.1%}'}


def test_epochs_follow_each_other_in_whole_batches(config: Config) -> None:
    config.train_dataloader.batch_size = 5  # of 12 images
    reader = BatchReader(config)
    sizes = []
    for _ in range(5):
        reader()
        sizes.append(len(reader.batch['inputs']))
    assert sizes == [5] * 5


def test_batches_that_wait_are_read_before_the_time_counts(config: Config) -> None:
    config.train_dataloader.update(num_workers=1, prefetch_factor=3)
    reader = BatchReader(config)
    read = []
    reader.batches = iter(read.append(i) or i for i in range(1, 9))  # type: ignore[func-returns-value]
    reader.drain()
    assert read == [1, 2, 3]


def test_what_cannot_be_measured(config: Config) -> None:
    config.train_dataloader.batch_size = 99
    with pytest.raises(ValueError, match='fewer than a batch'):
        data_speed({'a': config}, Times(1, 0.01))
    config.train_dataloader.update(batch_size=2, num_workers=1)
    with pytest.raises(ValueError, match='lacks that of the workers'):
        data_speed({'a': config}, Times(1, 0.01, cpu_time=True))
