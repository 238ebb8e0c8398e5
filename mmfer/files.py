"""Atomic writing of files."""

import json
import os
from pathlib import Path
from typing import Any

from mmengine.fileio.handlers.json_handler import set_default


def write_atomically(path: str | Path, content: bytes | str) -> None:
    """Write a file atomically: if the process is killed, the old file stays unchanged.

    The content (text as UTF-8) is written to ``<path>.tmp`` in the same folder and flushed to disk;
    one rename then replaces ``path``. Parent folders are created and links are followed. A path
    that is not a regular file (a pipe, ``/dev/stdout``) is written to directly.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'{path.name}.tmp')
    with temporary.open('wb') as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_json(path: str | Path, content: Any, indent: int | None = 1) -> None:
    """Write JSON by :func:`write_atomically`; NumPy numbers and arrays become plain values."""
    write_atomically(path, json.dumps(content, indent=indent, default=set_default) + '\n')
