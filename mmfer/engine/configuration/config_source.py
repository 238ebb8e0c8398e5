"""Source files of configs: their bases, their assignments, and changed copies."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmfer.resources import SHIPPED, resources, shipped_base

BASE = '_base_'


def parse(path: Path) -> ast.Module:
    """The syntax tree of a config file.

    Raises:
        FileNotFoundError: If the file does not exist.
    """
    if not path.is_file():
        raise FileNotFoundError(f'No config at "{path}". The configs of mmfer are in configs/.')
    return ast.parse(path.read_text(encoding='utf-8'), str(path))


def assignments(tree: ast.Module, names: set[str]) -> list[tuple[str, ast.Assign | ast.AnnAssign]]:
    """The top-level assignments to variables with given names, such as ``epochs = 5``."""
    found: list[tuple[str, ast.Assign | ast.AnnAssign]] = []
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id in names:
                found.append((target.id, node))
    return found


def base_names(tree: ast.Module) -> list[str]:
    """The entries of ``_base_`` in the file.

    Raises:
        ValueError: If the entries are computed.
    """
    for _, node in assignments(tree, {BASE}):
        try:
            names = ast.literal_eval(node.value or ast.List([]))
        except ValueError as error:
            raise ValueError('_base_ must be written as a string or a list of strings') from error
        return [names] if isinstance(names, str) else list(names)
    return []


def base_path(path: Path, name: str) -> Path | None:
    """The file of an entry of ``_base_`` in a config; None if it belongs to another library.

    Args:
        path: The config.
        name: The entry: a path relative to the config, or ``mmfer::PATH`` for a shipped config.

    Raises:
        FileNotFoundError: If mmfer ships no such config.
    """
    if name.startswith(SHIPPED):
        return shipped_base(name)
    return None if '::' in name else path.parent / name


def files_of(path: Path) -> dict[Path, ast.Module]:
    """A config and all its bases with their syntax trees, each config before its bases.

    Bases of other libraries (``package::path``) are left out.

    Raises:
        FileNotFoundError: If a base does not exist.
        ValueError: If the bases of a config are computed.
    """
    trees = {path.resolve(): parse(path)} if path.suffix == '.py' else {}
    for tree in list(trees.values()):
        for name in base_names(tree):
            if base := base_path(path, name):
                trees |= {file: one for file, one in files_of(base).items() if file not in trees}
    return trees


def rebased(tree: ast.Module, bases: str | list[str]) -> str:
    """The source of a config with other bases."""
    for _, node in assignments(tree, {BASE}):
        node.value = ast.parse(repr(bases), mode='eval').body
    return ast.unparse(ast.fix_missing_locations(tree))


def copy_with_values(path: Path, values: Mapping[str, Any], folder: Path) -> Path:
    """Copy a config and all its bases, with new values for some variables.

    Every top-level assignment to one of the variables gets the new value, in all files, so that
    expressions with the variable use the new value.

    Args:
        path: The config file. Bases of other libraries (``package::path``) are not copied.
        values: The variables and their new values.
        folder: An empty folder for the copies.

    Returns:
        The copy of ``path``, with the same name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if path.suffix != '.py':
        return path.resolve()
    tree = parse(path)
    bases = []
    for i, name in enumerate(base_names(tree)):
        base = base_path(path, name)
        copy = base and copy_with_values(base, values, folder / str(i)).resolve()
        bases.append(str(copy or name))
    for name, node in assignments(tree, set(values)):
        node.value = ast.parse(repr(values[name]), mode='eval').body
    source = rebased(tree, bases)
    # mmengine would replace this name by the folder of the copy.
    source = re.sub(r'\{\{\s*fileDirname\s*\}\}', path.resolve().parent.as_posix(), source)
    copied = folder / path.name
    copied.write_text(source, encoding='utf-8')
    return copied


def moved_source(path: Path) -> str:
    """The source of a config for another folder: unchanged, except for the paths of its bases.

    Bases among the shipped configs become ``mmfer::PATH``, others absolute paths.

    Raises:
        ValueError: If the bases are computed.
    """
    source = path.read_text(encoding='utf-8')
    shipped = (resources() / 'configs').resolve()
    for name in base_names(parse(path)):
        if '::' in name:
            continue
        base = (path.parent / name).resolve()
        inside = base.is_relative_to(shipped)
        moved = SHIPPED + base.relative_to(shipped).as_posix() if inside else base.as_posix()
        for quote in '\'"':
            source = source.replace(quote + name + quote, quote + moved + quote)
    return source
