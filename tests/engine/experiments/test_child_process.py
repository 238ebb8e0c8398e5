import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmfer.engine.experiments.child_process import cores, run_child, threads_of_each

PARENT = """
import sys
from pathlib import Path
from mmfer.engine.experiments.child_process import run_child
run_child(['-m', 'mmfer.engine.experiments.child_process', *sys.argv[1:]], Path('log.txt'), 1)
"""
SLEEPER = """
import os, sys, time
with open(sys.argv[1] + '.part', 'w') as file:
    file.write(str(os.getpid()))
os.rename(sys.argv[1] + '.part', sys.argv[1])
time.sleep(600)
"""


def wait_until(condition, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script, written = tmp_path / 'sleeper.py', tmp_path / 'pid'
    script.write_text(SLEEPER)
    command = [sys.executable, '-c', PARENT, str(script), str(written)]
    with subprocess.Popen(command, cwd=tmp_path) as parent:
        try:
            wait_until(written.is_file)
            child = int(written.read_text())
            assert runs(child)
        finally:
            parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not runs(child))


def test_a_script_gets_its_arguments_and_its_output_is_saved(tmp_path: Path) -> None:
    script, log = tmp_path / 'script.py', tmp_path / 'new' / 'log.txt'
    script.write_text(
        "import os, sys\nif __name__ == '__main__':\n"
        "    print(sys.argv[1:], os.environ['OMP_NUM_THREADS'])\n    sys.exit(3)\n"
    )
    module = ['-m', 'mmfer.engine.experiments.child_process', str(script)]
    for _ in range(2):
        assert run_child([*module, 'a', 'b c'], log, 2) == 3
    assert log.read_text() == "['a', 'b c'] 2\n" * 2
    assert os.path.isdir(tmp_path / 'new')


@pytest.mark.parametrize(
    ('wanted', 'jobs', 'threads'),
    [('3', 2, 3), ('', 1, cores()), ('', 10_000, 1), ('0', 10_000, 1), ('2,1', 10_000, 1)],
)
def test_a_wanted_number_of_threads_holds_for_each_process(
    wanted: str, jobs: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('OMP_NUM_THREADS', wanted)
    assert threads_of_each(jobs) == threads
