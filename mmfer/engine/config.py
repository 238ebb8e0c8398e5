"""Reads a config for training or testing on the machine at hand."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from mmfer.engine.overrides import read_config
from mmfer.registry import register_all_modules

LAUNCHERS = ('none', 'pytorch', 'slurm')
RUNNER_HOOKS = frozenset(
    ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')
)
"""The hooks that a runner has by default; ``default_hooks.timer=None`` removes one of them."""


def load_config(
    path: str | Path,
    work_dir: str | Path | None = None,
    options: dict[str, Any] | None = None,
    launcher: str = 'none',
) -> Config:
    """Read a config, register everything, and fit the config to this machine.

    The entries that a config names in ``parts``, such as pipelines that its variants choose from,
    are there for other configs to refer to; they are left out of the result.

    Args:
        path: The config file.
        work_dir: Where checkpoints and logs go; default: the config's own ``work_dir``, else
            ``work_dirs/<name of the config>``.
        options: Entries to replace, see :func:`mmfer.engine.overrides.read_config`:
            ``{'epochs': 5, 'model.backbone.depth': 50}``.
        launcher: One of :data:`LAUNCHERS`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no config, or an option does not fit it or changes nothing.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'No config at "{path}". Those of mmfer are under configs/.')
    if path.suffix != '.py':
        raise ValueError(f'"{path}" is no config: configs of mmfer are Python files (.py).')
    register_all_modules()
    cfg = read_config(path, options)
    if 'model' not in cfg:
        raise ValueError(f'The config "{path}" has no `model`: choose a config outside _base_.')
    for name in cfg.pop('parts', ()):
        cfg.pop(name)
    cfg.default_scope = 'mmfer'
    cfg.work_dir = str(work_dir or cfg.get('work_dir') or Path('work_dirs') / path.stem)
    # Every run is guarded and repeatable, and loads pruned checkpoints, also one from a config
    # without our runtime.
    cfg.default_hooks = {
        'pruned_model': dict(type='PrunedModelHook'),
        'random_state': dict(type='RandomStateHook'),
        'class_order': dict(type='ClassOrderHook'),
        **cfg.get('default_hooks', {}),
    }
    for name, hook in list(cfg.default_hooks.items()):
        # The runner takes None for its own hooks alone.
        if hook is None and name not in RUNNER_HOOKS:
            cfg.default_hooks.pop(name)
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        loader = cfg.get(name)
        if loader and loader.get('num_workers') == 0 and loader.get('persistent_workers'):
            loader.persistent_workers = False  # nothing persists, and PyTorch would stop
    cfg.launcher = launcher
    if launcher != 'none' and not torch.cuda.is_available():
        cfg.model_wrapper_cfg = dict(
            type='MMDistributedDataParallel',
            device_ids=None,
            broadcast_buffers=cfg.get('broadcast_buffers', False),
            find_unused_parameters=cfg.get('find_unused_parameters', False),
        )
    return cfg
