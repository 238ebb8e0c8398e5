"""Arrays in one memory-mapped file, shared by processes and runs."""

import json
import os
import struct
from collections.abc import Mapping
from importlib import import_module
from logging import WARNING
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from mmengine.logging import print_log

MOST_BYTES = 1 << 40
"""Largest size of the file; it takes as much of the disk as it holds."""
KINDS = 'biuf'
"""Kinds of arrays: booleans and numbers."""
_HEAD = struct.Struct('<II')
_OPEN: dict[Path, Any] = {}
"""The open files by folder: a process may open a file only once."""


def _close() -> None:
    while _OPEN:
        _OPEN.popitem()[1].close()


# A forked process cannot use or reopen what its parent has open; both open it again when needed.
if hasattr(os, 'register_at_fork'):  # Windows has no forks
    os.register_at_fork(before=_close)


class ArrayStore:
    """Records of arrays and plain values by key, in a file of LMDB (``pip install lmdb``).

    Any number of processes may read and add at the same time. A record that is damaged counts as
    missing. Nothing that the file holds is run as code.

    Args:
        folder: The folder of the file; it is made.

    Raises:
        ModuleNotFoundError: If the package lmdb is missing.

    Example:
        >>> store = ArrayStore('data/cache/rafdb')
        >>> store.add(b'a.jpg', {'img': np.zeros((2, 2, 3), np.uint8), 'img_shape': (2, 2)})
        >>> store.get(b'a.jpg')['img_shape']
        (2, 2)
    """

    def __init__(self, folder: str | Path) -> None:
        try:
            self._lmdb: Any = import_module('lmdb')
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                'A cache on disk needs the package lmdb: pip install lmdb, or leave out its folder.'
            ) from error
        self.folder = Path(folder).expanduser().resolve()
        self._full = False

    def __getstate__(self) -> dict[str, Any]:
        """Without the module, which cannot be pickled."""
        return {**self.__dict__, '_lmdb': None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ = {**state, '_lmdb': import_module('lmdb')}

    def get(self, key: bytes) -> dict[str, Any] | None:
        """The record of a key; None if there is none, or a damaged one."""
        with self._file().begin() as reading:
            found = reading.get(key)
        try:
            return None if found is None else _unpacked(found)
        except (ValueError, KeyError, TypeError, struct.error):
            return None

    def add(self, key: bytes, record: Mapping[str, Any]) -> None:
        """Add a record of arrays of numbers, and of values that JSON knows, with tuples as lists.

        When the file or the disk is full, nothing more is added, and the log says so.

        Raises:
            TypeError: If an array has values of another kind.
            ValueError: If another value is one that JSON does not know.
        """
        if self._full:
            return
        packed = _packed(record)
        try:
            with self._file().begin(write=True) as writing:
                writing.put(key, packed)
        except (self._lmdb.MapFullError, self._lmdb.DiskError, OSError) as error:
            self._full = True
            print_log(
                f'The cache "{self.folder}" takes no more images ({error}). The others are read '
                'anew each time; make room, or delete the folder.',
                logger='current',
                level=WARNING,
            )

    def _file(self) -> Any:
        """The file, opened by this process."""
        if self.folder not in _OPEN:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                _OPEN[self.folder] = self._lmdb.open(
                    str(self.folder), MOST_BYTES, sync=False, readahead=False, max_readers=1024
                )
            except self._lmdb.Error as error:
                raise ValueError(
                    f'The cache "{self.folder}" cannot be opened ({error}). Give a folder that can '
                    'be written, or delete this one, so that it is made again.'
                ) from error
        return _OPEN[self.folder]


def _packed(record: Mapping[str, Any]) -> bytes:
    """A checksum, the length of a JSON header, the header, and the arrays one after the other."""
    arrays = {k: np.ascontiguousarray(v) for k, v in record.items() if isinstance(v, np.ndarray)}
    for name, array in arrays.items():
        if array.dtype.kind not in KINDS:
            raise TypeError(
                f'"{name}" has values of the type {array.dtype}: only numbers are kept.'
            )
    forms = {name: (array.dtype.str, array.shape) for name, array in arrays.items()}
    rest = {name: value for name, value in record.items() if name not in arrays}
    try:
        header = json.dumps({'arrays': forms, 'values': rest}).encode()
    except TypeError as error:
        raise ValueError(
            'A cache on disk keeps arrays of numbers and plain values only, and a transform in '
            f'Cached gave another ({error}). Put transforms such as PackExpression after Cached.'
        ) from error
    content = b''.join([header, *(array.tobytes() for array in arrays.values())])
    return _HEAD.pack(crc32(content), len(header)) + content


def _unpacked(packed: bytes) -> dict[str, Any]:
    checksum, length = _HEAD.unpack_from(packed)
    content = packed[_HEAD.size :]
    if crc32(content) != checksum:
        raise ValueError('The record is damaged.')
    header = json.loads(content[:length])
    record = {name: _tuples(value) for name, value in header['values'].items()}
    start = length
    for name, (kind, shape) in header['arrays'].items():
        dtype = np.dtype(kind)
        if dtype.kind not in KINDS or min(shape, default=0) < 0:
            raise ValueError('The record has no arrays of numbers.')
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(content, dtype, count, start)
        record[name] = array.reshape(shape).copy()
        start += array.nbytes
    return record


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
