from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmengine.config import Config

from mmfer.datasets import CASME2
from mmfer.engine import load_config
from mmfer.engine.experiments.folds import _digest, common_config, fold_source, read_pool
from mmfer.evaluation import Fold
from mmfer.files import write_json
from mmfer.registry import DATASETS
from tests.datasets.clip_files import WrittenClip, write_clips
from tests.subjects import INNER_VALIDATION, SHOWN, write_subject_config, write_subjects

FOLD = Fold('sub02', ('sub02',), ('sub01', 'sub03'))

CLIPS = """
dataset = dict(type='CASME2', data_root=r'{root}', split='trainval', pipeline=pipeline)
train_dataloader['dataset'] = dict(dataset, val_ratio=0.5)
test_dataloader['dataset'] = dict(dataset, test_mode=True)
val_dataloader = test_dataloader
"""


@pytest.fixture(scope='module')
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_subjects(tmp_path_factory.mktemp('data') / 'faces')


def config(folder: Path, root: Path, extra: str = '', **options: Any) -> Config:
    path = write_subject_config(folder / 'tiny.py', root, extra)
    return load_config(path, folder / 'work', options)


def fold_config(folder: Path, cfg: Config, fold: Fold = FOLD) -> Config:
    """The config of a fold, as its process reads it."""
    common = common_config(cfg, read_pool(cfg), seed=7)
    (folder / 'config.py').write_text(common.pretty_text)
    (folder / 'fold.py').write_text(fold_source(common, fold, './config.py'))
    return load_config(folder / 'fold.py')


def shown(loader: dict) -> list[str]:
    data = DATASETS.build(loader['dataset'])
    return [data.get_data_info(i)['subject'] for i in range(len(data))]


def test_the_pool_holds_all_samples_of_the_training_data(root: Path, tmp_path: Path) -> None:
    pool = read_pool(config(tmp_path, root, INNER_VALIDATION))
    assert pool.subjects == [name for name, labels in SHOWN.items() for _ in labels]
    assert pool.labels == [label for labels in SHOWN.values() for label in labels]
    assert pool.paths[0] == str(root / 'sub01_0.png')


def test_a_fold_trains_without_its_held_out_subjects(root: Path, tmp_path: Path) -> None:
    cfg = fold_config(tmp_path, config(tmp_path, root))
    assert set(shown(cfg.train_dataloader)) == {'sub01', 'sub03'}
    assert set(shown(cfg.test_dataloader)) == {'sub02'}
    assert cfg.test_dataloader.dataset.test_mode
    assert cfg.val_cfg is cfg.val_dataloader is cfg.val_evaluator is None
    assert cfg.randomness.seed == 7
    assert cfg.default_hooks.held_out.subjects == ['sub02']


def test_an_inner_validation_part_holds_training_subjects(root: Path, tmp_path: Path) -> None:
    cfg = fold_config(tmp_path, config(tmp_path, root, INNER_VALIDATION))
    train, val = set(shown(cfg.train_dataloader)), set(shown(cfg.val_dataloader))
    assert len(train) == len(val) == 1
    assert train | val == {'sub01', 'sub03'}


def test_the_reader_inside_a_wrapper_is_restricted(root: Path, tmp_path: Path) -> None:
    cfg = config(tmp_path, root)
    inside = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=inside)
    cfg = fold_config(tmp_path, cfg)
    assert sorted(shown(cfg.train_dataloader)) == ['sub01'] * 10 + ['sub03'] * 4


def test_a_list_of_one_data_set_is_restricted(root: Path, tmp_path: Path) -> None:
    cfg = config(tmp_path, root, INNER_VALIDATION)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        listed = dict(type='ConcatDataset', datasets=[loader.dataset])
        loader.dataset = dict(type='RepeatDataset', times=1, dataset=listed)
    cfg = fold_config(tmp_path, cfg)
    train, val = set(shown(cfg.train_dataloader)), set(shown(cfg.val_dataloader))
    assert train | val == {'sub01', 'sub03'} and not train & val
    assert set(shown(cfg.test_dataloader)) == {'sub02'}


def test_the_input_config_is_not_changed(root: Path, tmp_path: Path) -> None:
    cfg = config(tmp_path, root)
    before = cfg.pretty_text
    common_config(cfg, read_pool(cfg), seed=3)
    assert cfg.pretty_text == before


def test_samples_without_a_subject_are_refused(root: Path, tmp_path: Path) -> None:
    nameless = write_subjects(tmp_path / 'nameless')
    table = (nameless / 'train.csv').read_text()
    (nameless / 'train.csv').write_text(table.replace('sub03\n', '\n'))
    with pytest.raises(ValueError, match=r'2 of 12 samples of .* no subject.*sub03_0.png.*Give'):
        read_pool(config(tmp_path, nameless))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'test_dataloader.dataset.data_root': 'other'}, "'.*' in train_.*'other' in test_"),
        ({'train_dataloader.dataset.subjects': ['sub01']}, 'has subjects=.*Remove '),
        ({'train_dataloader.dataset.indices': 3}, 'has indices=.*Remove '),
    ],
    ids=['two sets', 'subjects', 'indices'],
)
def test_data_that_cannot_be_divided_are_refused(
    options: dict[str, Any], message: str, root: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        read_pool(config(tmp_path, root, **options))


def test_the_digest_covers_all_fields_of_the_samples(root: Path, tmp_path: Path) -> None:
    sample = {'img_path': 'a.png', 'group': {'race': 'asian'}, 'landmarks': np.zeros((2, 2))}
    same = {'landmarks': np.zeros((2, 2)), 'group': {'race': 'asian'}, 'img_path': 'a.png'}
    assert _digest([sample]) == _digest([same])
    others = ({'group': {'race': 'white'}}, {'landmarks': np.ones((2, 2))}, {'x': np.float32(1)})
    assert len({_digest([sample | other]) for other in ({}, *others)}) == 4
    pool = read_pool(config(tmp_path, root))
    assert pool.digest == read_pool(config(tmp_path, root)).digest


def test_the_digest_covers_training_data_that_other_options_read(
    root: Path, tmp_path: Path
) -> None:
    emotions = ('others', 'disgust', 'happiness', 'repression', 'surprise')
    clips = [
        WrittenClip(subject, f'EP0{i}', emotion, f'sub0{subject}/EP0{i}')
        for subject in (1, 2)
        for i, emotion in enumerate(emotions)
    ]
    data = write_clips(tmp_path / 'clips', CASME2.RELEASE, clips)
    cfg = config(tmp_path, root, CLIPS.format(root=data))
    assert '\n' not in read_pool(cfg).digest
    cfg.train_dataloader.dataset.update(frame='spotted', spotted='spotted.json')
    digests = []
    for frame in (5, 7):
        write_json(data / 'annotations/spotted.json', {clip.folder: frame for clip in clips})
        digests.append(read_pool(cfg).digest.split('\n'))
    (tested, trained), (again, changed) = digests
    assert tested == again and trained != changed


def test_the_digest_covers_a_validation_set_apart(root: Path, tmp_path: Path) -> None:
    others = write_subjects(tmp_path / 'others', {'sub08': (0, 1, 2), 'sub09': (0,)})
    cfg = config(tmp_path, root)
    assert '\n' not in read_pool(cfg).digest
    cfg.val_dataloader = {
        **cfg.test_dataloader,
        'dataset': {**cfg.test_dataloader.dataset, 'data_root': str(others)},
    }
    before = read_pool(cfg).digest
    assert before.startswith(f'{read_pool(config(tmp_path, root)).digest}\nvalidation ')
    table = others / 'train.csv'
    table.write_text(table.read_text('utf-8').replace('sub09\n', 'sub10\n'), 'utf-8')
    assert read_pool(cfg).digest != before


def test_faces_without_landmarks_are_refused_before_the_first_fold(tmp_path: Path) -> None:
    clips = [
        WrittenClip(subject, f'EP0{i}', emotion, f'sub0{subject}/EP0{i}')
        for subject in (1, 2)
        for i, emotion in enumerate(CASME2.RELEASE.classes[5])
    ]
    root = write_clips(tmp_path / 'clips', CASME2.RELEASE, clips)
    cfg = config(tmp_path, root, CLIPS.format(root=root))
    assert len(read_pool(cfg, check_landmarks=True).paths) == 10
    cfg.test_dataloader.dataset.pipeline.insert(1, dict(type='AlignFace', size=32))
    assert len(read_pool(cfg).paths) == 10
    with pytest.raises(ValueError, match='10 of 10 images have no landmarks, which AlignFace'):
        read_pool(cfg, check_landmarks=True)
