"""Replaces entries of a config by ``--cfg-options``."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmfer.engine.configuration.config_keys import ENTRIES, places, unknown_key, unknown_type
from mmfer.engine.configuration.config_source import copy_with_values
from mmfer.engine.configuration.schedule import max_epochs, misfits

EPOCHS, MAX_EPOCHS = 'epochs', 'train_cfg.max_epochs'


def read_config(path: Path, options: Mapping[str, Any] | None = None) -> Config:
    """Read a config and replace some of its entries.

    A variable, such as ``epochs`` in ``{'epochs': 5}`` or ``data_root``, is replaced before the
    files of the config run, so that all entries computed from the variable follow. Every other
    entry is replaced in the result. ``train_cfg.max_epochs`` means the variable ``epochs`` if the
    config computes the length of the training from ``epochs``.

    Args:
        path: The config file.
        options: The entries; keys may have dots, as in ``{'optim_wrapper.optimizer.lr': 0.1}``.

    Raises:
        ValueError: If an entry does not fit the config, is unknown, changes nothing, or leaves an
            inconsistent number of epochs elsewhere.

    Example:
        >>> cfg = read_config(Path('configs/rald/rald_r18_synthetic.py'), {'epochs': 7})
        >>> cfg.train_cfg.max_epochs, cfg.param_scheduler.total_steps
        (7, 7)
    """
    original = Config.fromfile(str(path))
    if not options:
        return original
    options = dict(options)
    try:
        for key in (EPOCHS, MAX_EPOCHS):
            if isinstance(options.get(key), int | float) and options[key] < 1:
                raise ValueError(f'{key}={options[key]}: a training needs at least 1 epoch')
        known = original.copy()
        # The options of a component that is replaced are those of the new component.
        known.merge_from_dict({k: v for k, v in options.items() if k.endswith('.type')})
        for key, value in options.items():
            message = unknown_key(known.to_dict(), key, value)
            message = message or unknown_type(original.to_dict(), key, value)
            if message:
                raise ValueError(f'{key}: {message}')
        follow = {EPOCHS: options[MAX_EPOCHS]} if MAX_EPOCHS in options else {}
        if follow and EPOCHS not in options and _drives_training(path, original, follow):
            options = follow | options
        variables = {
            key: _like(original[key], value, key)
            for key, value in options.items()
            if key in original and key not in ENTRIES
        }
        for key, value in variables.items():
            if value != original[key] and used_entries(original) == used_entries(
                run_with(path, {key: value})
            ):
                raise ValueError(f'{key}={value!r} {_unused(original, key, key)}')
        cfg = run_with(path, variables) if variables else Config.fromfile(str(path))
        before = cfg.copy()
        cfg.merge_from_dict(options | variables)
        for key, value in options.items():
            top = key.partition('.')[0]
            if top not in ENTRIES and key not in variables:
                raise ValueError(f'{key}={value!r} {_unused(before, top, key)}')
    except (
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        AssertionError,
        ArithmeticError,
        ValueError,
    ) as error:
        detail = str(error.args[0] if isinstance(error, KeyError) else error).rstrip('.')
        raise ValueError(
            f'--cfg-options does not fit {path}: {detail}'
            f'{"" if detail.endswith("?") else "."} `mmfer print-config` shows the entries.'
        ) from error
    _check_epochs(path, original, cfg, options)
    return cfg


def run_with(path: Path, values: Mapping[str, Any]) -> Config:
    """Run a config with other values for its variables."""
    if Config._is_lazy_import(str(path)):
        return Config.fromfile(str(path))
    with tempfile.TemporaryDirectory() as folder:
        cfg = Config.fromfile(str(copy_with_values(path, values, Path(folder))))
    return Config(cfg._cfg_dict, filename=str(path), env_variables=cfg.env_variables)


def used_entries(cfg: Config) -> dict[str, Any]:
    """The entries of a config that are read: all except its variables."""
    return {key: value for key, value in cfg.to_dict().items() if key in ENTRIES}


def _drives_training(path: Path, cfg: Config, values: Mapping[str, Any]) -> bool:
    """Whether the config computes the length of the training from the variable ``epochs``."""
    if not isinstance(cfg.get(EPOCHS), int) or cfg.get(EPOCHS) != max_epochs(cfg):
        return False
    if not isinstance(values[EPOCHS], int):
        return False
    return max_epochs(run_with(path, values)) == values[EPOCHS]


def _like(old: Any, new: Any, key: str) -> Any:
    """The new value of a variable; it must have the type of the old value."""
    if isinstance(old, str) and isinstance(new, int | float):
        return str(new)
    if isinstance(old, list | tuple) and not isinstance(new, list | tuple):
        return type(old)([new])
    fits = old is None or new is None or isinstance(new, type(old))
    if isinstance(old, list | tuple):
        fits = True
    if isinstance(old, float) and isinstance(new, int):
        fits = True
    if isinstance(old, bool) != isinstance(new, bool) or not fits:
        raise ValueError(f'{key}={new!r} must be of type {type(old).__name__}, like {key}={old!r}')
    return new


def _unused(cfg: Config, top: str, key: str) -> str:
    """Explain that an entry has no effect, and suggest other entries."""
    used = used_entries(cfg)
    message = f'changes nothing: no entry is computed from "{top}"'
    value = cfg.get(top)
    if isinstance(value, dict | list) and value:
        found = [path + key[len(top) :] for path in places(used, value)]
        if found:
            return f'{message}. Give {" or ".join(found)} instead'
    elif key == top and isinstance(value, int | float | str) and not isinstance(value, bool):
        others = {k: v for k, v in cfg.to_dict().items() if k not in ENTRIES and k != top}
        same = [
            name for name, other in others.items() if type(other) is type(value) and other == value
        ]
        found = [*same, *places(used, value)]
        if found:
            return f'{message}. Entries with the value {value!r}: {", ".join(found)}'
    return message


def _check_epochs(path: Path, original: Config, cfg: Config, options: Mapping[str, Any]) -> None:
    """Check that no entry still fits the old length of the training, but not the new one."""
    known = misfits(original)
    left = {k: v for k, v in misfits(cfg).items() if k not in known and k not in options}
    if not left:
        return
    entries = ', '.join(f'{key}={value}' for key, value in left.items())
    raise ValueError(
        f'--cfg-options does not fit {path}: {entries} was for {max_epochs(original)} epochs, but '
        f'the training now has {max_epochs(cfg)}. Also give {" and ".join(left)}, or let the '
        f'config compute them from a variable `epochs` and give epochs={max_epochs(cfg)}.'
    )
