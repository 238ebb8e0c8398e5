"""Child processes that end when their parent ends, even if the parent is killed.

``python -m mmfer.engine.experiments.child_process SCRIPT ...`` runs a script in such a process.
"""

import os
import runpy
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import mmfer


def cores() -> int:
    """Number of cores that this process may use, or of all cores if the system cannot tell."""
    if sys.platform == 'linux':
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_of_each(jobs: int) -> int:
    """Threads of each of ``jobs`` processes at a time.

    ``OMP_NUM_THREADS`` if it is a number above 0, or else an equal share of the cores.
    """
    wanted = os.environ.get('OMP_NUM_THREADS', '')
    return int(wanted) if wanted.isdecimal() and int(wanted) else max(1, cores() // jobs)


def run_child(arguments: Sequence[str], log: Path, threads: int) -> int:
    """Run Python in a child process and wait for its end.

    Args:
        arguments: Arguments of ``python``: ``-m`` and a module that calls :func:`end_with_parent`.
        log: The file to which the output is appended.
        threads: Number of threads of the process.

    Returns:
        The exit code.
    """
    paths = [str(Path(mmfer.__file__).parents[1]), os.environ.get('PYTHONPATH', '')]
    shared = {'OMP_NUM_THREADS': str(threads), 'MKL_NUM_THREADS': str(threads)}
    env = {**os.environ, **shared, 'PYTHONPATH': os.pathsep.join(filter(None, paths))}
    command = [sys.executable, *arguments]
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open('a', encoding='utf-8') as file,
        subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=file, stderr=file
        ) as process,
    ):
        return process.wait()


def end_with_parent() -> None:
    """End this process when the pipe at its input closes, which happens if the parent ends."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(1)

    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=watch, daemon=True).start()


if __name__ == '__main__':
    end_with_parent()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name='__main__')
