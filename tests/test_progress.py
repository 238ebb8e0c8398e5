"""Progress bars in files and in terminals."""

import os
import pty
import subprocess
import sys
import termios

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
    lines = [line for line in run.stderr.splitlines() if line.strip()]
    assert run.stdout == '' and '\r' not in run.stderr
    assert 2 <= len(lines) <= 6
    assert any('40/40' in line for line in lines) and '3/3' in lines[-1]


def test_a_terminal_gets_the_moving_bar() -> None:
    parent, child = pty.openpty()
    termios.tcsetwinsize(child, (24, 80))
    subprocess.run([sys.executable, '-c', COUNT], stderr=child, check=True)
    os.close(child)
    assert os.read(parent, 65536).count(b'\r') > 4
    os.close(parent)
