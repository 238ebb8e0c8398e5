"""Variables that a config sets after what it inherits was computed from them."""

import ast
from collections.abc import Collection
from logging import WARNING
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from mmfer.engine.configuration.config_keys import ENTRIES
from mmfer.engine.configuration.config_source import BASE, assignments, files_of
from mmfer.engine.configuration.config_text import flat_entries
from mmfer.engine.configuration.overrides import run_with, used_entries


def tell_unread(path: Path, given: Collection[str] = ()) -> None:
    """Warn of variables that a config sets, but that only its bases read.

    A base runs before the config, with its own value, so that ``epochs = 5`` in the config leaves
    the length of the training as it was.

    Args:
        path: The config.
        given: Variables that are replaced in all files (``--cfg-options``).
    """
    if Config._is_lazy_import(str(path)):
        return
    try:
        trees = files_of(path)
    except (OSError, ValueError):
        return  # computed bases, or those of other libraries
    setters: dict[str, list[Path]] = {}
    for file, tree in trees.items():
        for name in _names(tree) - ENTRIES - {BASE, 'parts', *given}:
            setters.setdefault(name, []).append(file)
    unread = {
        name: files[0]
        for name, files in setters.items()
        if len(files) > 1 and not _reads(trees[files[0]], name)
    }
    if not unread:
        return
    cfg = Config.fromfile(str(path))
    for name, file in unread.items():
        if name in cfg and _is_plain(cfg[name]):
            _compare(path, cfg, name, file)


def _compare(path: Path, cfg: Config, name: str, file: Path) -> None:
    """Warn if other entries would come from the value of a variable in all files."""
    value = cfg[name]
    try:
        other = run_with(path, {name: value})
    except Exception:  # what the files of the user raise with this value
        return
    wanted = flat_entries(used_entries(other))
    got = flat_entries(used_entries(cfg))
    changed = [key for key in sorted({*got, *wanted}) if got.get(key) != wanted.get(key)]
    if changed:
        shown = ', '.join(f'{key}={got.get(key)!r}' for key in changed[:3])
        print_log(
            f'"{file}" sets {name} = {value!r}, but nothing reads it there: what the file inherits '
            f'was computed before, from another {name} ({shown}{", ..." if changed[3:] else ""}). '
            f'Give --cfg-options {name}={value!r}, or set these entries in the file.',
            logger='current',
            level=WARNING,
        )


def _names(tree: ast.Module) -> set[str]:
    """The variables that a file sets."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {name for name, _ in assignments(tree, names)}


def _reads(tree: ast.Module, name: str) -> bool:
    """Whether a file uses the value of a variable."""
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in ast.walk(tree)
    )


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, int | float | str)
