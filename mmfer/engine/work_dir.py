"""The folder in which one training writes."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from mmengine.logging import print_log

from mmfer.files import remove_leftovers

LOCK = 'lock'
NO_FOLDER = (errno.EEXIST, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS)
"""Errors of a folder in which nothing can be written; others are about locks alone."""


@contextmanager
def only_one(work_dir: Path) -> Iterator[None]:
    """Prevent other processes from working in the same folder.

    The system releases the lock of a killed process. Where files cannot be locked, as on some
    network drives, the log says so.

    Raises:
        ValueError: If another process works in the folder, or the folder cannot be written.
    """
    lock = FileLock(work_dir / LOCK, timeout=0)
    try:
        work_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise ValueError(
            f'Another process is working in {work_dir}. Wait for its end, or give another folder '
            '(--work-dir).'
        ) from error
    except (OSError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno in NO_FOLDER:
            raise ValueError(
                f'The folder {work_dir} cannot be written: {error.strerror}. Give another folder '
                '(--work-dir).'
            ) from error
        print_log(f'{work_dir} cannot be locked ({error}): start only one run there.', 'current')
    try:
        yield
    finally:
        lock.release()


@contextmanager
def training_in(work_dir: str) -> Iterator[None]:
    """Work alone in a folder, on the first rank, and remove what killed runs left unfinished.

    Raises:
        ValueError: As in :func:`only_one`.
    """
    # The launchers set these variables before the ranks know each other.
    rank = os.environ.get('RANK') or os.environ.get('SLURM_PROCID') or '0'
    if int(rank):
        yield
        return
    with only_one(Path(work_dir)):
        remove_leftovers(Path(work_dir))
        yield
