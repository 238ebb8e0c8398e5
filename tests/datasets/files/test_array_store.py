import os
import pickle
import struct
import sys
from pathlib import Path
from runpy import run_path

import lmdb
import numpy as np
import pytest

from mmfer.datasets.files import array_store
from mmfer.datasets.files.array_store import ArrayStore

RECORD = {
    'img': np.arange(24, dtype=np.uint8).reshape(2, 4, 3),
    'landmarks': np.array([[0.5, -1], [np.inf, 2]], np.float32),
    'empty': np.zeros((0, 2)),
    'mask': np.array([True, False]),
    'img_shape': (2, 4),
    'name': 'a',
    'none': None,
}


def same(found: dict, record: dict) -> bool:
    assert found.keys() == record.keys()
    for name, value in record.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(found[name], value)
            assert found[name].dtype == value.dtype and found[name].flags.writeable
        else:
            assert found[name] == value and type(found[name]) is type(value)
    return True


def test_a_record_comes_back(tmp_path: Path) -> None:
    store = ArrayStore(tmp_path / 'store')
    assert store.get(b'a') is None
    store.add(b'a', RECORD)
    assert same(store.get(b'a'), RECORD)
    again = pickle.loads(pickle.dumps(store))
    assert same(again.get(b'a'), RECORD)
    with pytest.raises(TypeError, match='"names" has values of the type'):
        store.add(b'b', {'names': np.array(['a'])})


@pytest.mark.parametrize('at', [0, 5, 9, 30, -1])
def test_a_damaged_record_counts_as_missing(tmp_path: Path, at: int) -> None:
    store = ArrayStore(tmp_path)
    store.add(b'a', RECORD)
    file = store._file()
    with file.begin(write=True) as writing:
        damaged = bytearray(writing.get(b'a'))
        damaged[at] ^= 255
        writing.put(b'a', bytes(damaged))
        writing.put(b'short', b'abc')
    assert store.get(b'a') is None and store.get(b'short') is None
    store.add(b'a', RECORD)
    assert same(store.get(b'a'), RECORD)


@pytest.mark.parametrize(
    'header',
    [
        b'{"arrays": {"img": ["|O", [2]]}, "values": {}}',
        b'{"arrays": {"img": ["<f8", [1000000000000]]}, "values": {}}',
        b'{"arrays": {"img": ["<f8", [-5]]}, "values": {}}',
        b'{"arrays": {"img": 3}, "values": {}}',
        b'[]',
        b'{',
    ],
)
def test_a_forged_record_counts_as_missing(tmp_path: Path, header: bytes) -> None:
    store = ArrayStore(tmp_path)
    content = header + bytes(16)
    packed = struct.pack('<II', array_store.crc32(content), len(header)) + content
    with store._file().begin(write=True) as writing:
        writing.put(b'a', packed)
    assert store.get(b'a') is None


def test_a_full_file_takes_no_more(
    tmp_path: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(array_store, 'MOST_BYTES', 1 << 16)
    store = ArrayStore(tmp_path)
    for i in range(40):
        store.add(bytes([i]), {'img': np.full((40, 40, 3), i, np.uint8)})
    kept = [i for i in range(40) if store.get(bytes([i])) is not None]
    assert 0 < len(kept) < 40
    assert sum('takes no more images' in line for line in log) == 1


def test_a_file_of_another_kind_is_a_message(tmp_path: Path) -> None:
    (tmp_path / 'data.mdb').write_bytes(b'no database' * 1000)
    with pytest.raises(ValueError, match='cannot be opened .* delete this one'):
        ArrayStore(tmp_path).get(b'a')


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lmdb.__name__ == 'lmdb'
    monkeypatch.setitem(sys.modules, 'lmdb', None)
    with pytest.raises(ModuleNotFoundError, match='pip install lmdb'):
        ArrayStore(tmp_path)


def test_systems_without_forks_can_import_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, 'register_at_fork')
    assert 'ArrayStore' in run_path(str(array_store.__file__))
