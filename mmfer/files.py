"""Atomic writing of files."""

import errno
import json
import math
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import numpy as np

LEFTOVER = re.compile(r'\.[0-9a-f]{12}\.tmp$')
"""The end of the name of a temporary file."""


@contextmanager
def atomic_file(path: str | Path) -> Iterator[BinaryIO]:
    """A new file, open for writing, which gets its name when the block ends without an error.

    The content is written to a temporary file in the same folder, with a name of its own, and
    flushed to the disk; then one rename replaces ``path``. So several processes may write the same
    file, and a killed process leaves either the old or the complete new file. Links are followed.

    Args:
        path: The file; its folder exists.

    Raises:
        OSError: If the file cannot be written. The old file is kept, and nothing else is left.

    Example:
        >>> with atomic_file('work_dirs/answers.bin') as file:
        ...     file.write(bytes(3))
    """
    path = Path(os.path.realpath(path))
    # Without the name of the file, which may be as long as a name can be.
    temporary = path.with_name(f'.{uuid4().hex[:12]}.tmp')
    try:
        with temporary.open('wb') as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def write_atomically(path: str | Path, content: bytes | str) -> None:
    """Write a file by :func:`atomic_file`, so that a killed process leaves no half of it.

    Missing parent folders are created. A path that is not a regular file (a pipe, ``/dev/stdout``)
    is written directly.

    Args:
        path: The file.
        content: The new content of the file; text is written as UTF-8.

    Raises:
        OSError: If the file cannot be written, for example because the disk is full. The message
            names the file; the old file is kept, and nothing else is left.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with atomic_file(path) as file:
            file.write(data)
    except OSError as error:
        message = f'{error.strerror or error}: {len(data)} bytes cannot be written to {path}'
        raise type(error)(error.errno, f'{message}. The earlier file is kept, if any') from error


def writable_text(text: str | Path) -> str:
    """A text that UTF-8 can hold: bytes of other encodings in names of files are escaped."""
    return str(text).encode(errors='backslashreplace').decode()


def check_writable(path: str | Path) -> None:
    """Check that a file can be written, before the work whose result it will hold.

    Missing parent folders are created.

    Args:
        path: The file, which is not changed.

    Raises:
        OSError: If the file cannot be written, or is a folder; the message names it.
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        return  # a pipe or a device
    folder = Path(os.path.realpath(path)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(error.errno, f'{reason}: {path} cannot be written') from error


def file_state(path: str | Path) -> list[int]:
    """The size and the time of the last change of a file, which differ after a change.

    Args:
        path: The file, or what readers name an image in a packed file: the path of that file
            followed by a name of its own.

    Returns:
        The size in bytes and the time in nanoseconds; empty if there is no such file.
    """
    for place in (Path(path), *Path(path).parents):
        try:
            state = place.stat()
        except (OSError, ValueError):
            continue
        return [state.st_size, state.st_mtime_ns] if stat.S_ISREG(state.st_mode) else []
    return []


def remove_leftovers(folder: Path, below: bool = False) -> None:
    """Remove the temporary files of killed processes from a folder in which nobody else writes.

    Args:
        folder: The folder.
        below: Also remove them from all folders below.
    """
    for path in (folder.rglob if below else folder.glob)('*.tmp'):
        if LEFTOVER.search(path.name):
            path.unlink(missing_ok=True)


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


def write_json(path: str | Path, content: Any, indent: int | None = 1) -> None:
    """Write JSON by :func:`write_atomically`.

    NumPy numbers and arrays become plain JSON values. NaN and infinity, which JSON does not have,
    become null.
    """
    try:
        text = json.dumps(content, indent=indent, default=_plain, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(content), indent=indent, default=_plain, allow_nan=False)
    write_atomically(path, text + '\n')


def _plain(content: Any) -> Any:
    """What JSON has no form for as plain values, as mmengine's ``dump`` writes it."""
    if isinstance(content, set | range):
        return list(content)
    if isinstance(content, np.ndarray | np.generic):
        return content.tolist()
    raise TypeError(f'{type(content)} is unsupported for json dump')


def _finite(content: Any) -> Any:
    """JSON values with null for numbers that are not finite."""
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, np.ndarray | np.generic):
        return _finite(content.tolist())
    return None if isinstance(content, float) and not math.isfinite(content) else content
