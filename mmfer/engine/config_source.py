"""The source files of configs: what they inherit and assign, and changed copies of them."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BASE = '_base_'


def parse(path: Path) -> ast.Module:
    """The syntax tree of a config file.

    Raises:
        FileNotFoundError: There is no such file.
    """
    if not path.is_file():
        raise FileNotFoundError(f'No config at "{path}". Those of mmfer are under configs/.')
    return ast.parse(path.read_text(encoding='utf-8'), str(path))


def assignments(tree: ast.Module, names: set[str]) -> list[tuple[str, ast.Assign | ast.AnnAssign]]:
    """The top-level assignments to variables of these names, as in ``epochs = 5``."""
    found: list[tuple[str, ast.Assign | ast.AnnAssign]] = []
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id in names:
                found.append((target.id, node))
    return found


def base_names(tree: ast.Module) -> list[str]:
    """The entries of ``_base_``, as they are written in the file.

    Raises:
        ValueError: They are computed.
    """
    for _, node in assignments(tree, {BASE}):
        try:
            names = ast.literal_eval(node.value or ast.List([]))
        except ValueError as error:
            raise ValueError('_base_ must be written out: a file, or a list of files') from error
        return [names] if isinstance(names, str) else list(names)
    return []


def rebased(tree: ast.Module, bases: str | list[str]) -> str:
    """The source of a config that inherits other files instead of its own."""
    for _, node in assignments(tree, {BASE}):
        node.value = ast.parse(repr(bases), mode='eval').body
    return ast.unparse(ast.fix_missing_locations(tree))


def copy_with_values(path: Path, values: Mapping[str, Any], folder: Path) -> Path:
    """Copy a config, and all that it inherits, with other values for some of its variables.

    Every top-level assignment to one of the variables gets the new value, in whichever of the
    files it stands, so that all expressions that use the variable follow.

    Args:
        path: The config file. Bases of other libraries (``package::path``) are not copied.
        values: The variables and their values.
        folder: An empty folder for the copies.

    Returns:
        The copy of ``path``, with the same name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if path.suffix != '.py':
        return path.resolve()
    tree = parse(path)
    bases = [
        name
        if '::' in name
        else str(copy_with_values(path.parent / name, values, folder / str(i)).resolve())
        for i, name in enumerate(base_names(tree))
    ]
    for name, node in assignments(tree, set(values)):
        node.value = ast.parse(repr(values[name]), mode='eval').body
    source = rebased(tree, bases)
    # mmengine would put the folder of the copy here.
    source = re.sub(r'\{\{\s*fileDirname\s*\}\}', path.resolve().parent.as_posix(), source)
    copied = folder / path.name
    copied.write_text(source, encoding='utf-8')
    return copied
