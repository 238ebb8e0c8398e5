"""Checks the values of a config that mmengine and PyTorch refuse late, or with other words."""

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mmengine.dataset import pseudo_collate  # noqa: F401  (registers the functions)
from mmengine.registry import FUNCTIONS

LARGEST_SEED = (1 << 32) - 1
SECTIONS = ('model', 'default_hooks', 'env_cfg', 'randomness')
"""Entries that cannot be None."""
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
Rule = tuple[Callable[[Any], bool], str]


def _whole(least: int, most: float = math.inf) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    )


def _positive_or_zero(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < math.inf


_COUNT: Rule = (_whole(1), 'a whole number of at least 1')
_COUNT_OR_ZERO: Rule = (_whole(0), 'a whole number of at least 0')
_BATCH: Rule = (lambda value: value is None or _whole(1)(value), _COUNT[1])
_RATE: Rule = (_positive_or_zero, 'a number of at least 0')
_MAPPING: Rule = (lambda value: isinstance(value, Mapping), 'a dictionary')
_EVERY: Rule = (
    lambda value: value == -1 or _whole(1)(value),
    'a whole number of at least 1, or -1 for never',
)
_COLLATE: Rule = (
    lambda value: callable(value) or (isinstance(value, str) and FUNCTIONS.get(value) is not None),
    'a function of the registry FUNCTIONS, such as default_collate or pseudo_collate',
)
_LEVEL: Rule = (
    lambda value: isinstance(value, int) or value in logging.getLevelNamesMapping(),
    'a level of logging, such as INFO or WARNING',
)
_SEED: Rule = (
    lambda value: value is None or _whole(0, LARGEST_SEED)(value),
    f'a whole number from 0 to {LARGEST_SEED}',
)
RULES: dict[str, Rule] = {
    **dict.fromkeys(SECTIONS, _MAPPING),
    **{f'{loader}.batch_size': _BATCH for loader in LOADERS},
    **{f'{loader}.num_workers': _COUNT_OR_ZERO for loader in LOADERS},
    **{f'train_cfg.{name}': _COUNT for name in ('max_epochs', 'max_iters', 'val_interval')},
    **{f'{loader}.collate_fn.type': _COLLATE for loader in LOADERS},
    'train_cfg.val_begin': _COUNT_OR_ZERO,
    'default_hooks.logger.interval': _COUNT,
    'default_hooks.checkpoint.interval': _EVERY,
    'log_level': _LEVEL,
    'randomness.seed': _SEED,
    **{f'optim_wrapper.optimizer.{name}': _RATE for name in ('lr', 'weight_decay', 'momentum')},
}
"""What an entry must be, by its key with dots; an entry that a config lacks has a default."""


def check_values(cfg: Mapping[str, Any]) -> None:
    """Check the values of entries that every run reads.

    Raises:
        ValueError: If an entry has a value that no run can use; the message names the entry.

    Example:
        >>> check_values(dict(train_dataloader=dict(batch_size=0)))
        Traceback (most recent call last):
        ValueError: train_dataloader.batch_size=0: give a whole number of at least 1.
    """
    for key, (fits, wanted) in RULES.items():
        for value in _entry(cfg, key.split('.')):
            if not fits(value):
                raise ValueError(f'{key}={value!r}: give {wanted}.')
    for loader in LOADERS:
        for path, pipeline in _pipelines(cfg.get(loader), loader):
            if not isinstance(pipeline, list | tuple):
                raise ValueError(f'{path}={pipeline!r}: give a list of transforms.')


def _entry(node: Any, parts: list[str]) -> Iterator[Any]:
    """The value at a key, if the config has this key."""
    for part in parts:
        if not isinstance(node, Mapping) or part not in node:
            return
        node = node[part]
    yield node


def _pipelines(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The pipelines of a data set and of the data sets within it."""
    items: Any = ()
    if isinstance(node, Mapping):
        items = node.items()
        if 'type' in node and 'pipeline' in node:
            yield f'{path}.pipeline', node['pipeline']
    elif isinstance(node, list | tuple):
        items = enumerate(node)
    for key, value in items:
        if key in ('dataset', 'datasets') or isinstance(key, int):
            yield from _pipelines(value, f'{path}.{key}')
