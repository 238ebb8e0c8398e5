"""Configs are adapted to the machine."""

from pathlib import Path

import pytest

from mmfer.engine import build_runner, load_config
from tests.helpers import ROOT, write_config, write_images


def test_a_config_without_our_runtime_gets_defaults(tmp_path: Path) -> None:
    path = tmp_path / 'plain.py'
    path.write_text("model = dict(type='ImageClassifier')\n")
    cfg = load_config(path)
    assert cfg.default_scope == 'mmfer'
    assert cfg.work_dir == 'work_dirs/plain'
    assert cfg.default_hooks.pruned_model.type == 'PrunedModelHook'
    assert cfg.default_hooks.random_state.type == 'RandomStateHook'
    assert cfg.default_hooks.class_order.type == 'ClassOrderHook'
    assert cfg.launcher == 'none'
    assert 'model_wrapper_cfg' not in cfg


def test_work_dir_and_options(tmp_path: Path) -> None:
    path = write_config(tmp_path / 'tiny.py', tmp_path, "work_dir = 'from_config'\n")
    assert load_config(path).work_dir == 'from_config'
    cfg = load_config(path, tmp_path / 'work', {'train_dataloader.batch_size': 7})
    assert cfg.work_dir == str(tmp_path / 'work')
    assert cfg.train_dataloader.batch_size == 7


def test_parts_for_other_configs_are_left_out(tmp_path: Path) -> None:
    base, path = tmp_path / 'base.py', tmp_path / 'config.py'
    base.write_text("model = dict(type='ImageClassifier')\nparts = ['kinds']\nkinds = dict(a=[1])")
    path.write_text("_base_ = './base.py'\nchosen = {{_base_.kinds.a}}")
    cfg = load_config(path)
    assert cfg.chosen == [1] and 'kinds' not in cfg and 'parts' not in cfg


def test_ranks_on_cpus_need_no_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_config(tmp_path / 'tiny.py', tmp_path)
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    assert load_config(path, launcher='pytorch').model_wrapper_cfg.device_ids is None
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    assert 'model_wrapper_cfg' not in load_config(path, launcher='pytorch')


def test_bad_paths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='No config at'):
        load_config(tmp_path / 'none.py')
    (tmp_path / 'config.json').write_text('{}')
    with pytest.raises(ValueError, match='configs of mmfer are Python files'):
        load_config(tmp_path / 'config.json')
    with pytest.raises(ValueError, match='has no `model`'):
        load_config(ROOT / 'configs' / '_base_' / 'default_runtime.py')


def test_an_option_that_does_not_match_is_refused(tmp_path: Path) -> None:
    path = write_config(tmp_path / 'tiny.py', tmp_path)
    with pytest.raises(ValueError, match='--cfg-options does not fit'):
        load_config(path, options={'train_pipeline.9.type': 'Resize'})


def test_without_workers_persistent_workers_are_off(tmp_path: Path) -> None:
    path = write_config(
        tmp_path / 'tiny.py',
        tmp_path,
        'train_dataloader.update(num_workers=2, persistent_workers=True)\n',
    )
    assert load_config(path).train_dataloader.persistent_workers
    cfg = load_config(path, options={'train_dataloader.num_workers': 0})
    assert not cfg.train_dataloader.persistent_workers


def test_any_default_hook_can_be_removed(tmp_path: Path) -> None:
    path = write_config(tmp_path / 'tiny.py', write_images(tmp_path / 'data'))
    names = ('timer', 'pruned_model', 'sync_buffers')
    cfg = load_config(path, tmp_path / 'work', {f'default_hooks.{name}': None for name in names})
    hooks = {type(hook).__name__ for hook in build_runner(cfg).hooks}
    assert hooks.isdisjoint({'IterTimerHook', 'PrunedModelHook', 'SyncBuffersHook'})
    assert 'CheckpointHook' in hooks


def test_options_may_count_the_training_in_iterations(tmp_path: Path) -> None:
    path = write_config(tmp_path / 'tiny.py', tmp_path)
    options = {'train_cfg.by_epoch': False, 'train_cfg.max_iters': 4}
    assert dict(load_config(path, options=options).train_cfg) == dict(by_epoch=False, max_iters=4)


@pytest.mark.parametrize(
    'options', [{'train_cfg.by_epoch': False}, {'train_cfg.max_iters': 4}], ids=str
)
def test_a_length_in_the_other_unit_is_refused(options: dict, tmp_path: Path) -> None:
    path = write_config(tmp_path / 'tiny.py', tmp_path)
    with pytest.raises(
        ValueError, match='by_epoch=False and train_cfg.max_iters|max_iters and not'
    ):
        load_config(path, options=options)
