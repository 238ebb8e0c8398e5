"""Atomic writing of files."""

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.fileio.handlers.json_handler import set_default


def write_atomically(path: str | Path, content: bytes | str, shared: bool = False) -> None:
    """Write a file so that a killed process leaves either the old or the complete new file.

    The content (text as UTF-8) is written to ``<path>.tmp`` in the same folder and flushed to the
    disk; then one rename replaces ``path``. Missing parent folders are created and links are
    followed. A path that is not a regular file (a pipe, ``/dev/stdout``) is written directly.

    Args:
        path: The file.
        content: The new content of the file.
        shared: Whether several processes may write the file at the same time, such as the ranks of
            a distributed training; each process then has its own temporary file.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'{path.name}.{os.getpid()}.tmp' if shared else f'{path.name}.tmp')
    with temporary.open('wb') as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Make a rename survive a power loss; does nothing on Windows, which cannot open folders."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_json(
    path: str | Path, content: Any, indent: int | None = 1, shared: bool = False
) -> None:
    """Write JSON by :func:`write_atomically`.

    NumPy numbers and arrays become plain JSON values. NaN and infinity, which JSON does not have,
    become null.
    """
    try:
        text = json.dumps(content, indent=indent, default=set_default, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(content), indent=indent, default=set_default, allow_nan=False)
    write_atomically(path, text + '\n', shared)


def _finite(content: Any) -> Any:
    """JSON values with null for numbers that are not finite."""
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, np.ndarray | np.generic):
        return _finite(content.tolist())
    return None if isinstance(content, float) and not math.isfinite(content) else content
