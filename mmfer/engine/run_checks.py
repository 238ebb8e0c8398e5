"""Checks before the first step of a training."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from mmengine.config import Config
from mmengine.hooks import CheckpointHook
from mmengine.runner import BaseLoop, CheckpointLoader, Runner

from mmfer.engine.checkpoint import last_checkpoint
from mmfer.engine.configuration.config_text import read_values

KEPT = ('param_scheduler', 'optim_wrapper.optimizer', 'optim_wrapper.paramwise_cfg')
"""Entries that a resumed run takes from the checkpoint instead of the config."""


def check_epoch(loader: Any) -> None:
    """Check that an epoch has a batch.

    Raises:
        ValueError: If there are fewer images than a batch needs.
    """
    if len(loader):
        return
    raise ValueError(
        f'An epoch has no batch: all ranks together have {len(loader.dataset)} training images, a '
        f'batch needs {loader.batch_size} on each rank, and incomplete batches are dropped. '
        'Decrease train_dataloader.batch_size, or set train_dataloader.drop_last=False.'
    )


def check_best(runner: Runner) -> None:
    """Check that the validation gives the measures of ``save_best``.

    Metrics of mmfer list their ``measures``; for metrics of other libraries, only the prefix is
    known.

    Raises:
        ValueError: If no metric gives the measure.
    """
    if not isinstance(runner.val_loop, BaseLoop):
        return
    measures: set[str] = set()
    prefixes: tuple[str, ...] = ()
    for metric in runner.val_loop.evaluator.metrics:
        before = f'{metric.prefix}/' if metric.prefix else ''
        if isinstance(getattr(metric, 'measures', None), list | tuple):
            measures.update(f'{before}{name}' for name in metric.measures)
        else:
            prefixes += (before,)
    for hook in runner.hooks:
        best = getattr(hook, 'save_best', None) if isinstance(hook, CheckpointHook) else None
        for name in [best] if isinstance(best, str) else best or []:
            if name == 'auto' or name in measures or name.startswith(prefixes):
                continue
            names = sorted({*measures, *(f'{prefix}...' for prefix in prefixes)})
            close = get_close_matches(name, names, n=1, cutoff=0.7)
            hint = f' Did you mean {close[0]}?' if close else ''
            raise ValueError(
                f'save_best={name!r} is not a measure of the validation.{hint} val_evaluator gives '
                f'{", ".join(names)}.'
            )


def check_resume(cfg: Config) -> None:
    """Check that the schedule and the optimizer of a resumed run did not change.

    Both continue from the state in the checkpoint, so another length of a one-cycle schedule, other
    milestones or another learning rate would have no effect.

    Raises:
        ValueError: If the schedule or the optimizer differs from the config in the checkpoint.
    """
    path = cfg.get('load_from') or last_checkpoint(cfg.work_dir)
    if path is None:
        return
    checkpoint = CheckpointLoader.load_checkpoint(str(path), map_location='cpu')
    text = (checkpoint.get('meta') or {}).get('cfg')
    if not isinstance(text, str):
        return
    old, new = _flat(read_values(text)), _flat(read_values(cfg.pretty_text))
    changed = [
        f'{key} ({old.get(key, "none")} in the checkpoint, {new.get(key, "none")} now)'
        for key in sorted({*old, *new})
        if key.startswith(KEPT) and old.get(key) != new.get(key)
    ]
    if changed:
        raise ValueError(
            f'"{path}" cannot be resumed with a change of {", ".join(changed)}: a resumed run '
            'continues the schedule and the optimizer of its checkpoint. Resume with the previous '
            'settings, or start a new run from the weights, in another work directory and without '
            f'--resume: --cfg-options load_from={path}.'
        )


def _flat(value: Any, path: str = '') -> dict[str, Any]:
    """All plain values in a nested value, by keys with dots."""
    if isinstance(value, list | tuple):
        value = {str(i): one for i, one in enumerate(value)}
    if not isinstance(value, Mapping):
        return {path: value}
    found: dict[str, Any] = {}
    for key, one in value.items():
        found |= _flat(one, f'{path}.{key}' if path else str(key))
    return found
