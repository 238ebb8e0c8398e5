"""Reads a config and adapts it to the current machine."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from mmfer.engine.configuration.config_values import LOADERS, check_values
from mmfer.engine.configuration.inherited_variables import tell_unread
from mmfer.engine.configuration.overrides import read_config
from mmfer.registry import register_all_modules
from mmfer.resources import find_config

LAUNCHERS = ('none', 'pytorch', 'slurm')
WITHOUT_WORKERS = {'persistent_workers': False, 'prefetch_factor': None, 'timeout': 0}
"""The options of a data loader that need data processes, and their values without these."""
RUNNER_HOOKS = frozenset(
    ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')
)
"""The default hooks of a runner; ``default_hooks.timer=None``, for example, removes one."""


def load_config(
    path: str | Path,
    work_dir: str | Path | None = None,
    options: dict[str, Any] | None = None,
    launcher: str = 'none',
) -> Config:
    """Read a config, register all components, and adapt the config to this machine.

    The log warns of variables that the config sets, but that only its bases read, before.

    Entries that a config names in ``parts``, such as alternative pipelines, are only for reference
    by other configs; the result does not contain them.

    Args:
        path: The config file, or a shipped config, see :func:`mmfer.resources.find_config`.
        work_dir: Folder for checkpoints and logs; the default is the ``work_dir`` of the config, or
            else ``work_dirs/<name of the config>``.
        options: Entries to replace, see :func:`mmfer.engine.configuration.overrides.read_config`:
            ``{'epochs': 5, 'model.backbone.depth': 50}``.
        launcher: One of :data:`LAUNCHERS`.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not a config, an option does not fit or changes nothing, or an
            entry has a value that no run can use.
    """
    path = find_config(path)
    if path.suffix != '.py':
        raise ValueError(f'"{path}" is not a config: configs of mmfer are Python files (.py).')
    register_all_modules()
    cfg = read_config(path, options)
    tell_unread(path, options or ())
    if 'model' not in cfg:
        raise ValueError(f'The config "{path}" has no `model`. Choose a config outside _base_.')
    for name in cfg.pop('parts', ()):
        cfg.pop(name)
    check_values(cfg.to_dict())
    _keep_one_length(cfg)
    cfg.default_scope = 'mmfer'
    cfg.work_dir = str(work_dir or cfg.get('work_dir') or Path('work_dirs') / path.stem)
    # Every run gets the hooks that check classes, weights, images and losses, seed random numbers,
    # load pruned checkpoints and stop in order, even if its config does not inherit
    # default_runtime.py.
    cfg.default_hooks = {
        'pruned_model': dict(type='PrunedModelHook'),
        'random_state': dict(type='RandomStateHook'),
        'class_order': dict(type='ClassOrderHook'),
        'weights_fit': dict(type='WeightsFitHook'),
        'leakage': dict(type='LeakageHook'),
        'finite_loss': dict(type='FiniteLossHook'),
        'stop_signal': dict(type='StopSignalHook'),
        **cfg.get('default_hooks', {}),
    }
    for name, hook in list(cfg.default_hooks.items()):
        # The runner accepts None only for its own hooks.
        if hook is None and name not in RUNNER_HOOKS:
            cfg.default_hooks.pop(name)
    for name in LOADERS:
        loader = cfg.get(name)
        if loader and not loader.get('num_workers'):
            # Without data processes, PyTorch refuses the options that are for these.
            loader.update({k: v for k, v in WITHOUT_WORKERS.items() if loader.get(k)})
    cfg.launcher = launcher
    sharded = cfg.get('runner_type') == 'ShardedRunner'
    if launcher != 'none' and not torch.cuda.is_available() and not sharded:
        cfg.model_wrapper_cfg = dict(
            type='MMDistributedDataParallel',
            device_ids=None,
            broadcast_buffers=cfg.get('broadcast_buffers', False),
            find_unused_parameters=cfg.get('find_unused_parameters', False),
        )
    return cfg


def _keep_one_length(cfg: Config) -> None:
    """Remove an inherited length of the training in the unit that it does not count.

    ``--cfg-options train_cfg.by_epoch=False train_cfg.max_iters=100`` leaves ``max_epochs``, which
    a training by iterations does not take.

    Raises:
        ValueError: If the length in the training's own unit is missing.
    """
    loop = cfg.get('train_cfg')
    if not loop or 'by_epoch' not in loop:
        return
    own, other = ('max_epochs', 'max_iters') if loop.by_epoch else ('max_iters', 'max_epochs')
    if own not in loop or (loop.by_epoch and other in loop):
        raise ValueError(
            f'train_cfg.by_epoch={loop.by_epoch}: give train_cfg.{own} and not {other}, or '
            f'train_cfg.by_epoch={not loop.by_epoch} and train_cfg.{other}.'
        )
    loop.pop(other, None)
