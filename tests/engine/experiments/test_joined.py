"""Joined data sets are divided together, and their subjects are not mixed up."""

from pathlib import Path

import pytest
from mmengine.config import Config

from mmfer.engine import load_config
from mmfer.engine.experiments.folds import common_config, fold_source, read_pool
from mmfer.engine.experiments.joined import dataset_of, named_subjects
from mmfer.evaluation import Fold, kfold, lodo, loso
from mmfer.registry import DATASETS
from tests.subjects import write_subject_config, write_subjects

JOINED = """
def joined(**options):
    return dict(type='ConcatDataset', datasets=[
        dict(dataset, data_root=root, **options) for root in (r'{first}', r'{second}')])

train_dataloader['dataset'] = joined(split='train')
test_dataloader['dataset'] = joined(split='train', test_mode=True)
val_dataloader = test_dataloader
"""
EVERYBODY = [
    *(f'ExpressionFolder/sub0{i}' for i in (1, 2, 3)),
    *(f'ExpressionFolder-2/sub0{i}' for i in (1, 4)),
]


@pytest.fixture(scope='module')
def roots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp('data')
    shown = {'sub01': (0, 1, 2), 'sub04': (0, 1)}
    return write_subjects(folder / 'first'), write_subjects(folder / 'second', shown)


def config(folder: Path, roots: tuple[Path, Path], extra: str = '') -> Config:
    lines = JOINED.format(first=roots[0], second=roots[1]) + extra
    return load_config(write_subject_config(folder / 'tiny.py', roots[0], lines), folder / 'work')


def shown(loader: dict) -> set[str]:
    data = DATASETS.build(loader['dataset'])
    return {data.get_data_info(i)['subject'] for i in range(len(data))}


def fold_config(folder: Path, cfg: Config, fold: Fold) -> Config:
    common = common_config(cfg, read_pool(cfg))
    (folder / 'config.py').write_text(common.pretty_text)
    (folder / 'fold.py').write_text(fold_source(common, fold, './config.py'))
    return load_config(folder / 'fold.py')


def test_a_subject_is_named_after_its_data_set(roots: tuple[Path, Path], tmp_path: Path) -> None:
    pool = read_pool(config(tmp_path, roots))
    assert sorted(set(pool.subjects)) == sorted(EVERYBODY)
    assert len(pool.paths) == 17
    assert [dataset_of(subject) for subject in pool.subjects] == pool.datasets
    # The same name in two data sets is two people, and so two folds.
    assert [fold.name for fold in loso(pool.subjects)] == sorted(EVERYBODY)
    halves = [set(fold.held_out) for fold in kfold(pool.labels, pool.subjects, 2)]
    assert halves[0] | halves[1] == set(EVERYBODY) and not halves[0] & halves[1]


def test_a_fold_holds_out_one_subject_of_one_data_set(
    roots: tuple[Path, Path], tmp_path: Path
) -> None:
    held_out = 'ExpressionFolder-2/sub01'
    others = set(EVERYBODY) - {held_out}
    fold = Fold(held_out, (held_out,), tuple(sorted(others)))
    cfg = fold_config(tmp_path, config(tmp_path, roots), fold)
    assert shown(cfg.train_dataloader) == others
    assert shown(cfg.test_dataloader) == {held_out}
    assert len(cfg.test_dataloader.dataset.datasets) == 1


def test_a_fold_holds_out_a_data_set(roots: tuple[Path, Path], tmp_path: Path) -> None:
    cfg = config(tmp_path, roots)
    pool = read_pool(cfg)
    first, second = lodo(pool.subjects, pool.datasets)
    assert (first.name, second.name) == ('ExpressionFolder', 'ExpressionFolder-2')
    assert set(second.held_out) == set(EVERYBODY[3:]) == set(first.training)
    held = fold_config(tmp_path, cfg, second)
    assert shown(held.train_dataloader) == set(EVERYBODY[:3])
    assert shown(held.test_dataloader) == set(EVERYBODY[3:])


def test_an_inner_validation_part_is_drawn_from_the_training_subjects(
    roots: tuple[Path, Path], tmp_path: Path
) -> None:
    extra = """
train_dataloader['dataset'] = joined(split='train', val_ratio=0.5)
val_dataloader = dict(batch_size=4, num_workers=0,
                      sampler=dict(type='DefaultSampler', shuffle=False),
                      dataset=joined(split='val', val_ratio=0.5))
"""
    held_out = 'ExpressionFolder/sub03'
    others = set(EVERYBODY) - {held_out}
    fold = Fold(held_out, (held_out,), tuple(sorted(others)))
    cfg = fold_config(tmp_path, config(tmp_path, roots, extra), fold)
    train, val = shown(cfg.train_dataloader), shown(cfg.val_dataloader)
    assert train | val == others and not train & val


def test_one_data_set_keeps_its_names(roots: tuple[Path, Path], tmp_path: Path) -> None:
    cfg = load_config(write_subject_config(tmp_path / 'tiny.py', roots[0]), tmp_path / 'work')
    assert named_subjects(cfg).pretty_text == cfg.pretty_text
    pool = read_pool(cfg)
    assert set(pool.subjects) == {'sub01', 'sub02', 'sub03'} and pool.datasets == []
    with pytest.raises(ValueError, match='several. Join them in train_dataloader'):
        lodo(pool.subjects, pool.datasets)


def test_what_cannot_be_joined_is_refused(roots: tuple[Path, Path], tmp_path: Path) -> None:
    for spelling in (roots[0], roots[0] / '..' / roots[0].name):
        with pytest.raises(ValueError, match='joins ExpressionFolder at ".*first" with itself'):
            read_pool(config(tmp_path, (roots[0], spelling)))
    extra = "test_dataloader['dataset'] = dict(dataset, split='train', test_mode=True)\n"
    with pytest.raises(ValueError, match='joins 2 data sets, and test_dataloader.dataset 1'):
        read_pool(config(tmp_path, roots, extra))
