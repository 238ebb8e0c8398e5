"""Checks that numbers of epochs in a config fit the length of the training."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmfer.engine.configuration.entry_types import classes_named

END = ('total_steps', 'T_max', 'end')
"""Entries of a scheduler that set its end."""
WITHIN = {
    'WarmStartHook': 'epochs',
    'ChannelPruningHook': 'epoch',
    'LabelDistributionHook': 'warmup_epochs',
}
"""Hooks of mmfer, and their options that must be within the training."""


def _schedulers(cfg: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = cfg.get('param_scheduler') or []
    many = isinstance(found, list | tuple)
    for i, one in enumerate(found if many else [found]):
        if isinstance(one, Mapping) and one.get('by_epoch', True):
            yield (f'param_scheduler.{i}' if many else 'param_scheduler'), one


def _hooks(cfg: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, hook in (cfg.get('default_hooks') or {}).items():
        if isinstance(hook, Mapping):
            yield f'default_hooks.{name}', hook
    for i, hook in enumerate(cfg.get('custom_hooks') or []):
        if isinstance(hook, Mapping):
            yield f'custom_hooks.{i}', hook


def max_epochs(cfg: Mapping[str, Any]) -> int | None:
    """The length of the training in epochs; None for a training by iterations."""
    epochs = (cfg.get('train_cfg') or {}).get('max_epochs')
    return epochs if isinstance(epochs, int) else None


def misfits(cfg: Mapping[str, Any]) -> dict[str, Any]:
    """The entries, by keys with dots, that do not fit the number of epochs of the training.

    These are schedulers that do not end with the training, and milestones of schedulers and epochs
    of hooks that are never reached.
    """
    epochs = max_epochs(cfg)
    found: dict[str, Any] = {}
    if epochs is None:
        return found
    for path, scheduler in _schedulers(cfg):
        for name in END:
            if isinstance(scheduler.get(name), int) and scheduler[name] != epochs:
                found[f'{path}.{name}'] = scheduler[name]
        steps = scheduler.get('milestones') or []
        if any(step >= epochs for step in steps):
            found[f'{path}.milestones'] = list(steps)
    for path, hook in _hooks(cfg):
        bases = [base.__name__ for kind in classes_named(hook.get('type')) for base in kind.__mro__]
        for entry in {WITHIN[name] for name in bases if name in WITHIN}:
            if isinstance(hook.get(entry), int) and hook[entry] >= epochs:
                found[f'{path}.{entry}'] = hook[entry]
    return found


def _check_order(cfg: Mapping[str, Any]) -> None:
    found = cfg.get('param_scheduler') or []
    entries = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    kinds = [{kind.__name__ for kind in classes_named(one.get('type'))} for one in entries]
    restart = next((i for i, names in enumerate(kinds) if 'CosineRestartLR' in names), 0)
    for i, entry in enumerate(entries[:restart]):
        if entry.get('start_factor', entry.get('factor', 1)) < 1:
            raise ValueError(
                f'param_scheduler.{restart} (CosineRestartLR) sets the learning rate at the '
                f'beginning of each period, so the warm-up before it (param_scheduler.{i}) would '
                'raise the rate above the rate of the optimizer. Put CosineRestartLR first.'
            )


def check_schedule(cfg: Mapping[str, Any]) -> None:
    """Check that the training can reach its end.

    Raises:
        ValueError: If a one-cycle schedule or the periods of a schedule with restarts are shorter
            than the training, or a schedule with restarts follows a warm-up, which would multiply
            its rate.
    """
    epochs = max_epochs(cfg)
    _check_order(cfg)
    for path, scheduler in _schedulers(cfg):
        steps = scheduler.get('total_steps')
        if epochs is not None and isinstance(steps, int) and steps < epochs:
            raise ValueError(
                f'{path}.total_steps={steps} ends before the training '
                f'(train_cfg.max_epochs={epochs}). Give both the same number of epochs.'
            )
        periods = scheduler.get('periods') or []
        if epochs is not None and 0 < sum(p for p in periods if isinstance(p, int)) < epochs:
            raise ValueError(
                f'{path}.periods={list(periods)} end after {sum(periods)} epochs, before the '
                f'training (train_cfg.max_epochs={epochs}). Give periods that sum to {epochs}.'
            )
