"""Values of a config that no run can use."""

from pathlib import Path
from typing import Any

import pytest

from mmfer.engine import load_config
from mmfer.engine.configuration.config_values import check_values
from tests.helpers import call_tool, write_config


def test_usual_values_pass() -> None:
    check_values(
        dict(
            model=dict(type='ImageClassifier'),
            train_dataloader=dict(
                batch_size=1,
                num_workers=0,
                collate_fn=dict(type='pseudo_collate'),
                dataset=dict(type='A', pipeline=[]),
            ),
            train_cfg=dict(max_epochs=1, val_interval=1, val_begin=0),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.0, momentum=1)),
            randomness=dict(seed=None),
            log_level='WARNING',
            default_hooks=dict(checkpoint=dict(interval=-1), logger=dict(interval=1)),
            val_dataloader=None,
        )
    )


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('train_dataloader.batch_size', 0),
        ('val_dataloader.batch_size', -1),
        ('test_dataloader.batch_size', True),
        ('train_dataloader.num_workers', -1),
        ('train_dataloader.dataset.pipeline', None),
        ('train_dataloader.dataset.dataset.pipeline', 'resize'),
        ('train_dataloader.dataset.datasets.1.pipeline', 3),
        ('train_cfg.val_interval', 0),
        ('train_cfg.max_iters', 2.5),
        ('optim_wrapper.optimizer.lr', 'high'),
        ('optim_wrapper.optimizer.lr', float('nan')),
        ('optim_wrapper.optimizer.weight_decay', -1.0),
        ('randomness.seed', -5),
        ('randomness.seed', 1 << 32),
        ('log_level', 'LOUD'),
        ('train_dataloader.collate_fn.type', 'foo'),
        ('test_dataloader.collate_fn.type', 3),
        ('default_hooks.logger.interval', 0),
        ('default_hooks.checkpoint.interval', 0),
        ('default_hooks.checkpoint.interval', True),
        ('default_hooks.checkpoint.interval', 0.5),
        ('model', None),
        ('default_hooks', None),
        ('env_cfg', 'fork'),
    ],
)
def test_an_entry_without_a_possible_value_is_named(key: str, value: Any) -> None:
    parts = key.split('.')
    cfg: dict[str, Any] = dict(type='A', pipeline=value) if parts[-1] == 'pipeline' else value
    for part in reversed(parts[:-1] if parts[-1] == 'pipeline' else parts):
        cfg = [dict(type='A', pipeline=[]), cfg] if part.isdigit() else {part: cfg}  # type: ignore[assignment]
    with pytest.raises(ValueError, match=f'^{key}='):
        check_values(cfg)


@pytest.mark.parametrize(
    'option',
    ['train_dataloader.batch_size=0', 'log_level=LOUD', 'model=None', 'train_cfg.val_interval=0'],
)
def test_tools_refuse_the_value_of_an_option(
    option: str, image_folder: Path, tmp_path: Path
) -> None:
    config = write_config(tmp_path / 'tiny.py', image_folder)
    work = tmp_path / 'work'
    result = call_tool('train.py', config, '--work-dir', work, '--cfg-options', option, check=False)
    assert result.returncode == 1
    assert 'Traceback' not in result.stderr
    assert f'{option.partition("=")[0]}=' in result.stderr
    assert not work.exists()


def test_a_negative_seed_is_refused(image_folder: Path, tmp_path: Path) -> None:
    config = write_config(tmp_path / 'tiny.py', image_folder)
    arguments = ('--work-dir', tmp_path / 'work', '--seed', '-5')
    result = call_tool('train.py', config, *arguments, check=False)
    assert 'randomness.seed=-5: give a whole number from 0 to' in result.stderr


def test_options_of_data_processes_are_left_out_without_these(
    image_folder: Path, tmp_path: Path
) -> None:
    config = write_config(tmp_path / 'tiny.py', image_folder)
    options = {
        'train_dataloader.prefetch_factor': 2,
        'train_dataloader.timeout': 9,
        'train_dataloader.persistent_workers': True,
    }
    loader = load_config(config, options=options).train_dataloader
    assert (loader.prefetch_factor, loader.timeout, loader.persistent_workers) == (None, 0, False)
