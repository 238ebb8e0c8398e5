"""What is checked before the first step of a training, so that no hours are lost."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from mmengine.config import Config
from mmengine.hooks import CheckpointHook
from mmengine.runner import BaseLoop, CheckpointLoader, Runner

from mmfer.engine.checkpoint import last_checkpoint
from mmfer.engine.config_text import read_values

KEPT = ('param_scheduler', 'optim_wrapper.optimizer', 'optim_wrapper.paramwise_cfg')
"""Entries that a resumed run takes from the checkpoint, whatever its config says."""


def check_epoch(loader: Any) -> None:
    """Stop where an epoch has no batch.

    Raises:
        ValueError: There are fewer images than a batch takes.
    """
    if len(loader):
        return
    raise ValueError(
        f'An epoch has no batch: the training data have {len(loader.dataset)} images on all ranks '
        f'together, a batch {loader.batch_size} on each, and incomplete batches are left out. Set '
        'train_dataloader.batch_size smaller, or train_dataloader.drop_last=False.'
    )


def check_best(runner: Runner) -> None:
    """Stop where ``save_best`` names a measure that no validation will give.

    The metrics of mmfer list their ``measures``; of another library's only the prefix is known.

    Raises:
        ValueError: No metric gives the measure.
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
                f'save_best={name!r} is no measure of the validation.{hint} val_evaluator gives '
                f'{", ".join(names)}.'
            )


def check_resume(cfg: Config) -> None:
    """Stop where a resumed run would ignore a change to its schedule or optimizer.

    Both go on from the state that the checkpoint holds: another length of a one-cycle schedule,
    other milestones or another learning rate would have no effect.

    Raises:
        ValueError: The config has others than those that the checkpoint was trained with.
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
            f'"{path}" cannot be resumed with a change of {", ".join(changed)}: a '
            'resumed run goes on with the schedule and the optimizer of its checkpoint. Resume it '
            'with the settings that it had, or start a new run from its weights, in another work '
            f'directory and without --resume: --cfg-options load_from={path}.'
        )


def _flat(value: Any, path: str = '') -> dict[str, Any]:
    """All plain values in it, by their keys with dots."""
    if isinstance(value, list | tuple):
        value = {str(i): one for i, one in enumerate(value)}
    if not isinstance(value, Mapping):
        return {path: value}
    found: dict[str, Any] = {}
    for key, one in value.items():
        found |= _flat(one, f'{path}.{key}' if path else str(key))
    return found
