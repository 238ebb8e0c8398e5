import os
from functools import partial

import cv2
import pytest
import torch

from mmfer.engine.cli import user_message
from mmfer.worker_pool import WorkerKilledError, WorkerPool
from tests.pool_work import killer, powers, thread_counter


@pytest.mark.parametrize('chunk', [1, 3])
def test_several_processes_give_equal_results_in_order(chunk: int) -> None:
    items = list(range(10))
    with WorkerPool(partial(powers, 2), 1) as alone, WorkerPool(partial(powers, 2), 2) as pool:
        expected = [item**2 for item in items]
        assert list(alone.map(items, chunk)) == expected
        assert list(pool.map(items, chunk)) == expected
        assert list(pool.map(items[:1], chunk)) == expected[:1]
        assert list(pool.map([])) == []


@pytest.mark.parametrize('jobs', [1, 2])
def test_workers_have_one_thread_and_the_parent_keeps_its_threads(jobs: int) -> None:
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(2)
    cv2.setNumThreads(2)
    try:
        with WorkerPool(thread_counter, jobs) as pool:
            for process, numbers in pool.map(range(4)):
                assert set(numbers) == {1}
                assert (process == os.getpid()) is (jobs == 1)
        assert (torch.get_num_threads(), cv2.getNumThreads()) == (2, 2)
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


def test_a_killed_process_gives_a_message() -> None:
    found = []
    message = 'One of 2 worker processes was killed.*with fewer'
    with pytest.raises(WorkerKilledError, match=message) as caught, WorkerPool(killer, 2) as pool:
        for item in pool.map(range(50)):
            found.append(item)
    assert user_message(caught.value, 'tool.py') == str(caught.value)
    assert found == list(range(len(found))) and len(found) <= 3


def test_errors_are_raised_before_processes_start() -> None:
    with pytest.raises(ValueError, match='jobs must be at least 1, but is 0'):
        WorkerPool(partial(powers, 2), 0)
    with pytest.raises(ValueError, match='no negative exponent'):
        WorkerPool(partial(powers, -1), 2)
