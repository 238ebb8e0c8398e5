"""A digest of the drawing code and the assets, which decide the pixels of a rendering."""

import ast
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

DRAWING = (
    'clip_writer.py',
    'expressions/*.py',
    'layouts/*.py',
    'people/*.py',
    'plan.py',
    'render/*.py',
    'sampling.py',
)
"""The code that decides the pixels, relative to this folder."""

PREDECESSORS = {
    '747b6c8c8c651d03': (
        'fbf5b99a7d136ea8',
        '6a65c0bc32b7d295',
        'bed0b73fcadb7970',
        '519c688a94e06eba',
        '4053187bbfeedae7',
        '36187cc9db21552b',
        '821eb881ecd4b21f',
        '78bc88c2e612893c',
        'b78a251fe2e452c2',
        '317b9e86fc9aafb8',
        'a90575f63b07ac10',
        'e4813e7c737d52c3',
    )
}
"""Older digests of code that draws the same, keyed by the new digest.

Two things differ: the preset ``photographs``, whose settings tell, and the length of blinks at
other rates than 200 frames per second.
"""

_WITHOUT_INFLUENCE = {
    (ast.ImportFrom, 'module'),
    (ast.Raise, 'exc'),
    (ast.Raise, 'cause'),
    (ast.AnnAssign, 'annotation'),
    (ast.arg, 'annotation'),
    (ast.FunctionDef, 'returns'),
}
"""Types of nodes and their fields."""
IMPORTS = ('Import', 'ImportFrom')


@cache
def renderer_version(folder: Path = Path(__file__).parent) -> str:
    """The digest, 16 hexadecimal digits.

    The digest covers the assets and the statements at the top level of the code, in no order: the
    functions, classes and constants, without docstrings, comments, annotations, errors and imports.
    It does not change when a function moves to another module, or gets another description or
    message, and is the same on every version of Python.
    """
    parts = [path.read_bytes() for path in folder.glob('assets/*.npz')]
    for path in (path for pattern in DRAWING for path in folder.glob(pattern)):
        statements = _meaning(ast.parse(path.read_bytes()).body)
        parts += [repr(one).encode() for one in statements if one[0] not in IMPORTS]
    digests = sorted(hashlib.sha256(part).hexdigest() for part in parts)
    return hashlib.sha256(' '.join(digests).encode()).hexdigest()[:16]


def same_renderer(recorded: str, now: str) -> bool:
    """Whether a recorded version and the current one stand for the same drawing code."""
    return recorded == now or recorded in PREDECESSORS.get(now, ())


def _meaning(node: Any) -> Any:
    """A syntax tree as nested lists, without what has no influence on the pixels.

    These are positions, docstrings, annotations, the errors of ``raise``, and empty fields.

    Versions of Python differ in the empty fields and in the output of ``ast.dump``.
    """
    if isinstance(node, list):
        return [_meaning(child) for child in node if not _is_text(child)]
    if not isinstance(node, ast.AST):
        return node
    fields = [
        (name, _meaning(value))
        for name, value in ast.iter_fields(node)
        if value not in (None, []) and (type(node), name) not in _WITHOUT_INFLUENCE
    ]
    return [type(node).__name__, *fields]


def _is_text(node: Any) -> bool:
    """Whether a statement is only a string, such as a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
