"""Progress bars in files and in terminals."""

import io
import os
import pty
import subprocess
import sys
import termios

import pytest

from mmfer.progress import progress_bar

COUNT = """
import time
from mmfer.progress import progress_bar
for _ in progress_bar(range(40), unit='face'):
    time.sleep(0.02)
bar = progress_bar(total=3)
bar.update(3)
bar.close()
"""


def test_a_log_file_gets_few_lines() -> None:
    run = subprocess.run([sys.executable, '-c', COUNT], capture_output=True, text=True, check=True)
    lines = run.stderr.splitlines()
    assert run.stdout == '' and '\r' not in run.stderr
    assert 2 <= len(lines) <= 6 and all(lines)
    assert any('40/40' in line for line in lines) and '3/3' in lines[-1]


@pytest.mark.parametrize('size', [(24, 80), (0, 0), (24, 0)])
def test_a_terminal_gets_the_moving_bar_also_without_a_size(size: tuple[int, int]) -> None:
    parent, child = pty.openpty()
    termios.tcsetwinsize(child, size)
    subprocess.run([sys.executable, '-c', COUNT], stderr=child, check=True)
    os.close(child)
    shown = os.read(parent, 65536)
    os.close(parent)
    assert shown.count(b'\r') > 4 and b'40/40 [' in shown


def test_nested_bars_write_no_codes_of_terminals_into_a_file() -> None:
    nested = """
from mmfer.progress import progress_bar
for _ in progress_bar(range(3), desc='outer'):
    for _ in progress_bar(range(2), desc='inner', leave=False):
        pass
"""
    run = subprocess.run([sys.executable, '-c', nested], capture_output=True, text=True, check=True)
    lines = run.stderr.splitlines()
    assert all(line.startswith(('outer:', 'inner:')) for line in lines) and '3/3' in lines[-1]
    assert '\x1b' not in run.stderr and '\r' not in run.stderr


class Text:
    """A stream that programs with windows put in the place of the standard error."""

    def __init__(self) -> None:
        self.written = ''

    def write(self, text: str) -> None:
        self.written += text

    def flush(self) -> None:
        pass


def test_a_stream_that_is_no_file_is_written(monkeypatch) -> None:
    monkeypatch.setattr(sys, 'stderr', text := Text())
    assert list(progress_bar(range(3))) == [0, 1, 2]
    assert '3/3' in text.written


@pytest.mark.parametrize('closed', [False, True])
def test_without_a_standard_error_nothing_is_written(closed: bool, monkeypatch) -> None:
    stream = None
    if closed:
        stream = io.StringIO()
        stream.close()
    monkeypatch.setattr(sys, 'stderr', stream)
    assert list(progress_bar(range(3), disable=False)) == [0, 1, 2]
