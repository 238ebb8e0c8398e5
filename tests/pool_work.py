"""Functions for worker processes, in a module that is imported quickly."""

import os
import signal
from collections.abc import Callable
from functools import partial

import cv2
from threadpoolctl import threadpool_info


def powers(exponent: int) -> Callable[[int], int]:
    if exponent < 0:
        raise ValueError('no negative exponent')
    return partial(pow, exp=exponent)


def thread_counter() -> Callable[[object], tuple[int, list[int]]]:
    import torch

    def threads(item: object) -> tuple[int, list[int]]:
        """The process, and the number of threads of each library in it."""
        others = [library['num_threads'] for library in threadpool_info()]
        return os.getpid(), [torch.get_num_threads(), cv2.getNumThreads(), *others]

    return threads


def killer() -> Callable[[int], int]:
    return kill_at_three


def kill_at_three(item: int) -> int:
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item
