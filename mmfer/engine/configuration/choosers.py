"""Entries of a config that choose something by the validation."""

import logging
from collections.abc import Iterator
from typing import Any

from mmengine.config import Config
from mmengine.hooks import CheckpointHook, EarlyStoppingHook
from mmengine.logging import print_log
from mmengine.optim import ReduceOnPlateauParamScheduler

from mmfer.engine.configuration.entry_types import classes_named, is_type


def choosers(cfg: Config) -> list[str]:
    """The entries of a config that depend on the validation.

    These are a CheckpointHook with ``save_best``, an EarlyStoppingHook, schedulers that wait for a
    plateau, and derived classes.
    """
    default = dict(cfg.get('default_hooks') or {})
    custom = enumerate(cfg.get('custom_hooks') or [])
    hooks = {f'default_hooks.{name}': hook for name, hook in default.items()}
    hooks |= {f'custom_hooks[{i}]': hook for i, hook in custom}
    found = []
    for name, hook in hooks.items():
        if is_type(hook, CheckpointHook) and hook.get('save_best'):
            found.append(f'{name}.save_best={hook["save_best"]!r}')
        elif is_type(hook, EarlyStoppingHook):
            found.append(f'{name} ({_name_of(hook)})')
    for scheduler in dicts_in(cfg.get('param_scheduler')):
        if is_type(scheduler, ReduceOnPlateauParamScheduler):
            found.append(f'param_scheduler ({_name_of(scheduler)})')
    return found


def check_choosers(cfg: Config, validate: bool) -> None:
    """Check that entries that choose by the validation, such as ``save_best``, have one.

    Args:
        cfg: The config.
        validate: False says that a validation is not wanted, so the log names the entries that have
            no effect.

    Raises:
        ValueError: If there are such entries, and the config never validates.
    """
    found = choosers(cfg)
    loop = cfg.get('train_cfg') or {}
    end = loop.get('max_epochs', loop.get('max_iters'))
    begin = loop.get('val_begin', 1)
    if not found or (validate and cfg.get('val_cfg') is not None and (end is None or begin <= end)):
        return
    named = ', '.join(found)
    if not validate:
        print_log(f'Without validation, {named} has no effect.', 'current', logging.WARNING)
        return
    reason = 'has no val_cfg' if cfg.get('val_cfg') is None else f'has val_begin={begin} of {end}'
    raise ValueError(
        f'{named} chooses by the validation, but this training never validates: the config '
        f'{reason}. Remove the entry, or let the training validate.'
    )


def _name_of(entry: dict[str, Any]) -> str:
    return classes_named(entry['type'])[0].__name__


def dicts_in(tree: Any) -> Iterator[dict[str, Any]]:
    """All dictionaries in a tree of dictionaries and lists."""
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree or ():
        if isinstance(child, dict | list | tuple):
            yield from dicts_in(child)
