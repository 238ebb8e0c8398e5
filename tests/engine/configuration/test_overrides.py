"""Replaced entries of a config change all dependent values, or are refused."""

from pathlib import Path
from typing import Any

import pytest

from mmfer.engine.configuration.overrides import read_config
from mmfer.registry import register_all_modules

BASE = """
size = 8
epochs = 10
train_cfg = dict(by_epoch=True, max_epochs=epochs)
train_dataloader = dict(batch_size=2, dataset=dict(type='RAFDB', size=size))
"""
CONFIG = """
_base_ = './base.py'
epochs = 20
root: str = 'data/a'
ratio = 0.5
sizes = [1, 2]
unread = 3
pipeline = [dict(type='RandomFaceFlip', prob=0.5)]
folder = '{{ fileDirname }}/{{ fileBasenameNoExtension }}'
model = dict(type='ImageClassifier', backbone=dict(type='ResNet', depth=18), head=dict(sizes=sizes))
train_cfg = dict(max_epochs=epochs)
train_dataloader = dict(dataset=dict(data_root=f'{root}/{ratio}', pipeline=pipeline))
param_scheduler = dict(type='OneCycleLR', eta_max=0.1, total_steps=epochs)
default_hooks = dict(warm=dict(type='WarmStartHook', epochs=epochs // 2))
work_dir = folder
"""
FIXED = """
model = dict(type='ImageClassifier')
train_cfg = dict(by_epoch=True, max_epochs=20)
param_scheduler = [dict(type='MultiStepLR', milestones=[5, 12]), dict(type='LinearLR', end=20)]
custom_hooks = [dict(type='WarmStartHook', epochs=8)]
"""


@pytest.fixture(scope='module', autouse=True)
def modules() -> None:
    register_all_modules()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / 'base.py').write_text(BASE)
    (tmp_path / 'config.py').write_text(CONFIG)
    return tmp_path / 'config.py'


def test_a_variable_changes_all_values_computed_from_it(path: Path) -> None:
    cfg = read_config(path, {'epochs': 6, 'root': 'b c', 'size': 4, 'ratio': 1})
    assert (cfg.epochs, cfg.train_cfg.max_epochs, cfg.param_scheduler.total_steps) == (6, 6, 6)
    assert cfg.default_hooks.warm.epochs == 3
    assert cfg.train_dataloader.dataset.data_root == 'b c/1'
    assert cfg.train_dataloader.dataset.size == 4  # of the base
    assert cfg.filename == str(path) and cfg.work_dir == f'{path.parent}/config'
    assert path.read_text() == CONFIG


def test_without_options_nothing_changes(path: Path) -> None:
    assert read_config(path, {}).to_dict() == read_config(path).to_dict()
    assert read_config(path, {'epochs': 20}).to_dict() == read_config(path).to_dict()


def test_max_epochs_replaces_the_variable_it_is_computed_from(path: Path) -> None:
    cfg = read_config(path, {'train_cfg.max_epochs': 6, 'default_hooks.warm.epochs': 0})
    assert (cfg.epochs, cfg.train_cfg.max_epochs, cfg.param_scheduler.total_steps) == (6, 6, 6)
    assert cfg.default_hooks.warm.epochs == 0


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'train_cgf.x': 1}, r'no entry "train_cgf"\. Did you mean train_cfg\?'),
        ({'epoch': 5}, r'Did you mean epochs\?'),
        ({'zzz': 5}, r'no entry "zzz"\. Known entries: .*train_dataloader'),
        ({'train_cfg.max_epoch': 5}, 'train_cfg takes no "max_epoch". Did you mean max_epochs'),
        ({'model.backbone.dpeth': 50}, r'Did you mean depth\?'),
        ({'train_dataloader.num_workrs': 1}, r'Did you mean num_workers\?'),
        ({'default_hooks.wram': None}, r'default_hooks takes no "wram"\. Did you mean warm\?'),
        ({'unread': 4}, r'unread=4 changes nothing: no entry is computed from "unread"'),
        (
            {'pipeline.0.prob': 1.0},
            r'Give train_dataloader\.dataset\.pipeline\.0\.prob instead',
        ),
        ({'epochs': 'five'}, "epochs='five' must be of type int, like epochs=20"),
        ({'epochs': 0}, 'epochs=0: a training needs at least 1 epoch'),
        ({'epochs': -3}, 'epochs=-3: a training needs at least 1 epoch'),
        ({'train_cfg.max_epochs': 0}, 'max_epochs=0: a training needs at least 1 epoch'),
        ({'epochs': True}, 'epochs=True must be of type int'),
        ({'pipeline.7.prob': 1.0}, 'exceeds the length'),
        ({'model.backbone.depth.x': 1}, 'cannot inherit'),
    ],
)
def test_options_without_effect_are_refused(path: Path, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        read_config(path, options)
    assert str(caught.value).startswith(f'--cfg-options does not fit {path}: ')


@pytest.mark.parametrize(
    ('options', 'entry'),
    [
        ({'model.backbone.norm_eval': True}, ('model', 'backbone', 'norm_eval')),
        ({'train_dataloader.num_workers': 1}, ('train_dataloader', 'num_workers')),
        ({'train_cfg.val_interval': 2}, ('train_cfg', 'val_interval')),
        ({'load_from': 'a.pth'}, ('load_from',)),
        ({'default_hooks.stop': {'type': 'EmptyCacheHook'}}, ('default_hooks', 'stop')),
        ({'sizes': 3}, ('model', 'head', 'sizes')),
    ],
)
def test_options_of_a_component_can_be_added(path: Path, options: dict, entry: tuple) -> None:
    value: Any = read_config(path, options)
    for key in entry:
        value = value[key]
    assert value == ([3] if 'sizes' in options else next(iter(options.values())))


@pytest.mark.parametrize(
    ('epochs', 'left'),
    [
        (25, r'param_scheduler\.1\.end=20 was for 20 epochs, but the training now has 25'),
        (10, r'param_scheduler\.0\.milestones=\[5, 12\], param_scheduler\.1\.end=20 was for'),
        (8, r'custom_hooks\.0\.epochs=8 was for .* Also give .* or let .* give epochs=8'),
    ],
)
def test_a_new_length_with_fixed_milestones_is_refused(
    tmp_path: Path, epochs: int, left: str
) -> None:
    path = tmp_path / 'fixed.py'
    path.write_text(FIXED)
    with pytest.raises(ValueError, match=left):
        read_config(path, {'train_cfg.max_epochs': epochs})


def test_the_error_for_a_full_config_names_the_entries_with_the_value(
    path: Path, tmp_path: Path
) -> None:
    read_config(path).dump(str(tmp_path / 'written.py'))
    message = (
        'epochs=5 changes nothing: .*Entries with the value 20: param_scheduler.total_steps, '
        'train_cfg.max_epochs'
    )
    with pytest.raises(ValueError, match=message):
        read_config(tmp_path / 'written.py', {'epochs': 5})


def test_a_new_length_with_new_milestones_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / 'fixed.py'
    path.write_text(FIXED)
    options = {'train_cfg.max_epochs': 13, 'param_scheduler.1.end': 13}
    assert read_config(path, options).train_cfg.max_epochs == 13
