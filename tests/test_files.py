import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mmfer.files import check_writable, file_state, write_atomically, write_json
from tests.helpers import tool_environment
from tests.read_only import KINDS, run_read_only


def test_a_file_is_replaced_without_leftovers(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'file'
    write_atomically(path, b'one')
    write_atomically(path, 'größer')
    assert path.read_bytes() == 'größer'.encode()
    assert [file.name for file in path.parent.iterdir()] == ['file']


def test_an_interrupted_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / 'results.json'
    write_json(path, {'accuracy': 50.0, 'auc': None})

    def killed(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, 'replace', killed)
    with pytest.raises(KeyboardInterrupt):
        write_json(path, {'accuracy': 60.0})
    assert json.loads(path.read_text()) == {'accuracy': 50.0, 'auc': None}


def test_links_are_followed_and_pipes_written_to(tmp_path: Path) -> None:
    target, link = tmp_path / 'target', tmp_path / 'link'
    target.write_text('old')
    link.symlink_to(target)
    write_atomically(link, 'new')
    assert link.is_symlink() and target.read_text() == 'new'
    reading, writing = os.pipe()
    write_atomically(f'/dev/fd/{writing}', 'through')
    assert os.read(reading, 99) == b'through'
    os.close(reading)
    os.close(writing)


def test_numpy_numbers_are_written_as_plain_numbers(tmp_path: Path) -> None:
    write_json(tmp_path / 'a.json', {'a': np.float32(0.5), 'b': np.arange(3)})
    assert json.loads((tmp_path / 'a.json').read_text()) == {'a': 0.5, 'b': [0, 1, 2]}


def test_a_folder_that_cannot_be_opened_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, flags: int) -> int:
        raise PermissionError(f'{path} is a folder')  # as on Windows

    monkeypatch.setattr(os, 'open', refuse)
    write_atomically(tmp_path / 'a', 'whole')
    assert (tmp_path / 'a').read_text() == 'whole'


def write_often(path: Path, letter: str) -> None:
    for _ in range(100):
        write_atomically(path, letter * 1000)


def test_processes_may_write_one_file_at_the_same_time(tmp_path: Path) -> None:
    context = multiprocessing.get_context('fork')
    writers = [context.Process(target=write_often, args=(tmp_path / 'a', x)) for x in 'xyz']
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert (tmp_path / 'a').read_text() in {letter * 1000 for letter in 'xyz'}
    assert [file.name for file in tmp_path.iterdir()] == ['a']


FULL = """
import resource, signal, sys
from mmfer.files import write_atomically
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
write_atomically(sys.argv[1], b'new' * 1000)
"""


def test_a_full_disk_keeps_the_old_file_and_names_it(tmp_path: Path) -> None:
    path = tmp_path / 'epoch_1.pth'
    path.write_text('old')
    result = subprocess.run(
        [sys.executable, '-c', FULL, str(path)],
        env=tool_environment(),
        capture_output=True,
        text=True,
    )
    last = result.stderr.strip().splitlines()[-1]
    assert f'File too large: 3000 bytes cannot be written to {path}. The earlier file' in last
    assert [file.name for file in tmp_path.iterdir()] == ['epoch_1.pth']
    assert path.read_text() == 'old'


def test_numbers_that_json_does_not_have_become_null(tmp_path: Path) -> None:
    content = {'a': [float('nan'), 1.5, (float('inf'),)], 'b': np.array([np.nan, 2]), 'c': 'NaN'}
    write_json(tmp_path / 'a.json', content)
    text = (tmp_path / 'a.json').read_text()
    assert json.loads(text) == {'a': [None, 1.5, [None]], 'b': [None, 2], 'c': 'NaN'}
    write_json(tmp_path / 'a.json', np.float64('nan'))
    assert (tmp_path / 'a.json').read_text() == 'null\n'


CHECK = """
from mmfer.files import check_writable
for path in ('a.json', 'new/a.json'):
    try:
        check_writable(path)
    except OSError as error:
        print(error.strerror)
"""


@pytest.mark.parametrize(('kind', 'reason'), KINDS.items())
def test_an_output_is_checked_before_the_work(kind: str, reason: str, tmp_path: Path) -> None:
    done = run_read_only(CHECK, tmp_path, kind=kind)
    expected = [f'{reason}: {name} cannot be written' for name in ('a.json', 'new/a.json')]
    assert done.stdout.splitlines() == expected


def test_the_check_of_an_output_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'a.json'
    check_writable(path)
    assert [*path.parent.iterdir()] == []
    path.write_text('kept')
    check_writable(path)
    check_writable('/dev/null')
    assert path.read_text() == 'kept' and len([*path.parent.iterdir()]) == 1


def test_a_folder_is_no_file_for_results(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=str(tmp_path)):
        check_writable(tmp_path)


def test_a_name_may_be_as_long_as_the_file_system_permits(tmp_path: Path) -> None:
    path = tmp_path / ('x' * 251 + '.jpg')
    write_atomically(path, b'one')
    assert path.read_bytes() == b'one'


def test_the_state_of_a_packed_image_is_that_of_its_file(tmp_path: Path) -> None:
    pack = tmp_path / 'a.tar'
    pack.write_bytes(b'abc')
    assert file_state(pack) == file_state(f'{pack}/b/c.png') == [3, pack.stat().st_mtime_ns]
    for absent in (tmp_path, tmp_path / 'b.png', 'https://example.org/a.png', 'a\0b'):
        assert file_state(absent) == []
