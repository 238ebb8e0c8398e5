"""The readers in wrappers, and numbers that identify their samples."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from mmengine.registry import DefaultScope

from mmfer.datasets.wrapped import (
    EachSampleOnce,
    each_sample_once,
    evaluation_pipeline,
    number_samples,
    pipeline_of,
    readers_of,
)
from mmfer.engine.feature_bank import build_with_pipeline
from mmfer.registry import DATASETS, register_all_modules
from tests.helpers import CLASSES, write_images

PIPELINE = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]


@pytest.fixture(scope='module')
def wrapper(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Three readers with 12, 9 and 10 images in wrappers that repeat, join and choose."""
    register_all_modules()
    readers = []
    for count in (12, 9, 10):
        root = write_images(tmp_path_factory.mktemp(f'images{count}'), count, size=8)
        readers.append(
            dict(
                type='CustomDataset',
                data_root=str(root),
                data_prefix='train',
                metainfo=dict(classes=CLASSES),
                pipeline=PIPELINE,
            )
        )
    first = dict(type='ClassBalancedDataset', oversample_thr=0.9, dataset=readers[0])
    last = dict(type='KFoldDataset', num_splits=2, fold=0, seed=3, dataset=readers[2])
    joined = dict(type='ConcatDataset', datasets=[first, readers[1], last])
    return dict(type='RepeatDataset', times=2, dataset=joined)


def build(config: dict[str, Any]) -> Any:
    with DefaultScope.overwrite_default_scope('mmfer'):
        return DATASETS.build(config)


def test_readers_of_a_config_and_of_a_data_set(wrapper: dict[str, Any]) -> None:
    dataset = build(wrapper)
    assert [len(reader) for reader in readers_of(dataset)] == [12, 9, 5]
    assert [config['type'] for config in readers_of(wrapper)] == ['CustomDataset'] * 3
    reader = readers_of(dataset)[0]
    assert readers_of(reader) == [reader] and each_sample_once(reader) is reader


def test_each_sample_once(wrapper: dict[str, Any]) -> None:
    dataset = build(wrapper)
    once = each_sample_once(dataset)
    assert isinstance(once, EachSampleOnce) and len(once) == 26 < len(dataset)
    infos = [once.get_data_info(i) for i in range(26)]
    paths = [info['img_path'] for info in infos]
    expected = Counter(dataset.get_data_info(i)['img_path'] for i in range(len(dataset)))
    assert set(paths) == set(expected) and len(set(paths)) == 26
    assert max(expected.values()) > 2  # the wrapper repeats samples
    for i, info in enumerate(infos):
        item = once[i]['data_samples']
        assert info['sample_idx'] == item.sample_idx == i
        assert item.img_path == info['img_path']
        assert CLASSES[int(item.gt_label)] == Path(item.img_path).parent.name
    for wrong in (26, -1):
        with pytest.raises(IndexError, match='no sample'):
            once.get_data_info(wrong)


def test_training_samples_have_the_same_numbers(wrapper: dict[str, Any]) -> None:
    dataset = build(wrapper)
    number_samples(dataset)
    number_samples(dataset)  # numbers only once
    bank = build_with_pipeline(wrapper, PIPELINE)
    numbers = set()
    for i in range(len(dataset)):
        sample = dataset[i]['data_samples']
        numbers.add(int(sample.sample_idx))
        assert bank.get_data_info(int(sample.sample_idx))['img_path'] == sample.img_path
    assert numbers == set(range(26))


def test_the_pipeline_of_wrapped_data_sets(wrapper: dict[str, Any]) -> None:
    loader = dict(dataset=wrapper)
    assert pipeline_of(wrapper, 'here') == PIPELINE
    assert evaluation_pipeline(dict(test_dataloader=loader), 'The bank') == PIPELINE
    other = dict(type='RAFDB', pipeline=PIPELINE[:1])
    with pytest.raises(ValueError, match='The 4 data sets in here have different pipelines'):
        pipeline_of(dict(datasets=[wrapper, other]), 'here')
    with pytest.raises(ValueError, match='here has no pipeline'):
        pipeline_of(dict(type='RAFDB'), 'here')
    with pytest.raises(ValueError, match='The bank needs the test pipeline. Add a val_dataloader'):
        evaluation_pipeline(dict(val_dataloader=None), 'The bank')
