"""Parallel work in processes with one thread each."""

from mmfer.checks import opencv_check  # noqa: F401  (before OpenCV)

# isort: split
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Generic, Self, TypeVar

import cv2
from threadpoolctl import threadpool_limits

Item = TypeVar('Item')
Result = TypeVar('Result')


class WorkerKilledError(RuntimeError):
    """A worker process ended before its work was finished."""


class WorkerPool(Generic[Item, Result]):
    """Applies a function to many items in worker processes, or in this process for one job.

    Each process uses one thread, so results do not depend on the number of jobs.

    Args:
        build: Creates the function, once in each process. ``build`` must be picklable: a function
            of a module, a method of a picklable object, or a ``partial`` of these.
        jobs: Number of processes; they start with the first items.

    Raises:
        ValueError: If ``jobs`` is below 1. Errors of ``build`` are raised here, before processes
            start.

    Example:
        >>> with WorkerPool(FindingOptions().build, jobs=4) as pool:  # doctest: +SKIP
        ...     found = list(pool.map(images))
    """

    def __init__(self, build: Callable[[], Callable[[Item], Result]], jobs: int = 1) -> None:
        if jobs < 1:
            raise ValueError(f'The number of jobs must be at least 1, but is {jobs}.')
        self.jobs = jobs
        self._build, self._function = build, build()
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    def map(self, items: Sequence[Item], chunk: int = 1) -> Iterator[Result]:
        """Yield the results of the items in order, each as soon as it is available.

        Args:
            items: The arguments of the function.
            chunk: Number of items that a process gets at once.

        Raises:
            WorkerKilledError: If a process is killed.
        """
        if self.jobs == 1:
            with one_thread():
                yield from map(self._function, items)
            return
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self.jobs,
                # Forking a process whose libraries run threads may hang.
                mp_context=multiprocessing.get_context('spawn'),
                initializer=_start_worker,
                initargs=(self._build,),
            )
        try:
            yield from self._executor.map(_work, items, chunksize=chunk)
        except BrokenProcessPool as error:
            raise WorkerKilledError(
                f'One of {self.jobs} worker processes was killed or could not start, perhaps '
                'because memory ran out. Results that were written to files are kept. Run the '
                'command again with fewer processes.'
            ) from error


@contextmanager
def one_thread() -> Iterator[None]:
    """Temporarily limit OpenCV, OpenMP, BLAS and, if imported, PyTorch to one thread."""
    torch = sys.modules.get('torch')
    of_opencv, of_torch = cv2.getNumThreads(), torch.get_num_threads() if torch else None
    with threadpool_limits(1):
        try:
            cv2.setNumThreads(1)
            if torch:
                torch.set_num_threads(1)
            yield
        finally:
            cv2.setNumThreads(of_opencv)
            if torch:
                torch.set_num_threads(of_torch)


_threads = one_thread()
_function: Callable[[Any], Any] | None = None


def _start_worker(build: Callable[[], Callable[[Any], Any]]) -> None:
    global _function
    _function = build()
    _threads.__enter__()


def _work(item: Any) -> Any:
    assert _function is not None
    return _function(item)
