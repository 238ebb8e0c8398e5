from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mmfer.engine import load_config, train
from tests.subjects import write_subject_config, write_subjects


@pytest.fixture(scope='module')
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_subjects(tmp_path_factory.mktemp('data') / 'faces')


def run(folder: Path, root: Path, **options: Any) -> None:
    options = {
        'train_dataloader.dataset.subjects': ['sub03'],
        'val_dataloader.dataset.subjects': ['sub01'],
        'default_hooks.held_out': dict(type='HeldOutHook', subjects=['sub02']),
        'train_cfg.max_epochs': 1,
        'experiment_name': uuid4().hex,
        **options,
    }
    path = write_subject_config(folder / 'tiny.py', root)
    train(load_config(path, folder / 'work', options))


def test_a_training_without_held_out_subjects_runs(root: Path, tmp_path: Path) -> None:
    run(tmp_path, root)
    assert (tmp_path / 'work' / 'epoch_1.pth').is_file()


@pytest.mark.parametrize('part', ['train', 'val'])
def test_a_held_out_subject_is_an_error(part: str, root: Path, tmp_path: Path) -> None:
    name = {'train': 'training', 'val': 'validation'}[part]
    message = f'Leakage: the {name} data .*sub02_0.png", which shows the held-out subject sub02'
    with pytest.raises(ValueError, match=message):
        run(tmp_path, root, **{f'{part}_dataloader.dataset.subjects': ['sub02']})
    assert not [*(tmp_path / 'work').glob('*.pth')]


def test_an_unknown_subject_is_an_error(tmp_path: Path) -> None:
    root = write_subjects(tmp_path / 'nameless')
    table = (root / 'train.csv').read_text().replace('sub03\n', '\n')
    (root / 'train.csv').write_text(table)
    nobody = {f'{part}_dataloader.dataset.subjects': None for part in ('train', 'val')}
    nobody['default_hooks.held_out'] = dict(type='HeldOutHook', subjects=['sub08'])
    with pytest.raises(ValueError, match='sub03_0.png", whose subject is unknown'):
        run(tmp_path, root, **nobody)


def test_images_in_both_training_and_validation_are_an_error(root: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match='Leakage: 5 images .*sub01_0.png", are in both the training'
    ):
        run(tmp_path, root, **{'train_dataloader.dataset.subjects': ['sub01', 'sub03']})
    assert not [*(tmp_path / 'work').glob('*.pth')]
