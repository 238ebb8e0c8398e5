"""Atomic writing of files."""

import json
import os
from pathlib import Path
from typing import Any

from mmengine.fileio.handlers.json_handler import set_default


def write_atomically(path: str | Path, content: bytes | str, shared: bool = False) -> None:
    """Write a file that is there completely or, if the process is killed, as it was before.

    The content, text as UTF-8, goes to ``<path>.tmp`` in the same folder, is flushed to the disk,
    and takes the place of ``path`` by one rename. Folders above it are made, links are followed,
    and what is no regular file (a pipe, ``/dev/stdout``) is written to as it is.

    Args:
        path: The file.
        content: What it holds.
        shared: Whether several processes may write the file at the same time, such as the ranks
            of a distributed training: each then has a temporary file of its own.
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
    """Make a rename outlast a loss of power, where folders can be opened: not on Windows."""
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
    """Write JSON by :func:`write_atomically`; NumPy's numbers and arrays are plain ones there."""
    write_atomically(path, json.dumps(content, indent=indent, default=set_default) + '\n', shared)
