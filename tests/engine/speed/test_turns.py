"""Rounds in which steps take turns, by known clocks."""

import math
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from mmfer.engine.speed.turns import (
    Speed,
    take_turns,
    time_cpu_time,
    time_on_cpu,
    time_on_cuda,
    timer_for,
)


class Clock:
    """A clock that the steps turn."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[str] = []

    def __call__(self) -> float:
        return self.now

    def step(self, name: str, *durations: float) -> Callable[[], None]:
        """A step that takes one duration after another."""
        left = list(durations)

        def run() -> None:
            self.calls.append(name)
            self.now += left.pop(0)

        return run


def test_speeds_are_medians_and_each_step_runs_once_before() -> None:
    clock = Clock()
    steps = [clock.step('a', 99, 1, 1, 9), clock.step('b', 99, 0.5, 0.5, 2, 4)]
    timer = partial(time_on_cpu, clock=clock)
    first, second = take_turns(steps, 4, repeats=3, seconds=1, timer=timer)
    # Rounds of the first step: 1 s, 1 s and 9 s; of the second: two passes in 1 s, 2 s and 4 s.
    assert clock.calls == ['a', 'b', *'abbabab']
    assert first.rounds == [4, 4, 4 / 9] and first.median == 4
    assert second.rounds == [8, 2, 1] and second.median == 2
    assert first.ratios == [1, 1, 1]
    assert second.ratios == [2, 0.5, 9 / 4] and second.ratio == 2


@pytest.mark.parametrize('seconds', [-1, math.inf, math.nan])
def test_an_impossible_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match='--seconds .*: give the time of a step'):
        take_turns([lambda: None], 1, 1, seconds)


def test_ratios_relate_to_the_reference_of_a_step_and_batches_may_differ() -> None:
    clock = Clock()
    steps = [clock.step(name, 1, time) for name, time in (('a', 1), ('b', 2), ('c', 4), ('d', 1))]
    timer = partial(time_on_cpu, clock=clock)
    found = take_turns(steps, [1, 2, 4, 8], 1, 0.5, timer, references=[0, 0, 2, 2])
    assert [speed.rounds for speed in found] == [[1], [1], [1], [8]]
    assert [speed.ratio for speed in found] == [1, 1, 1, 8]


def test_the_share_in_which_the_thread_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, ran = iter([0, 4, 4, 8]), iter([0, 1, 1, 4])
    for name, values in (('perf_counter', wall), ('thread_time', ran)):
        monkeypatch.setattr(
            f'mmfer.engine.speed.turns.time.{name}', lambda values=values: next(values)
        )
    clock = Clock()
    timer = partial(time_on_cpu, clock=clock)
    (speed,) = take_turns([clock.step('a', 1, 1, 1)], 1, 2, 1, timer)
    assert speed.ran == (1 / 4 + 3 / 4) / 2


def test_joined_rounds() -> None:
    joined = Speed.joined([Speed([1, 2], [1, 1], 0.5), Speed([3], [4], 1.0)])
    assert joined == Speed([1, 2, 3], [1, 1, 4], 0.75)


def test_no_round() -> None:
    with pytest.raises(ValueError, match='number of rounds'):
        take_turns([], 1, 0, 1)


def test_timer_of_a_device() -> None:
    assert timer_for('cpu') is time_on_cpu and timer_for('cpu', True) is time_cpu_time
    assert timer_for('cuda') is time_on_cuda
    with pytest.raises(ValueError, match='leave it out on a GPU'):
        timer_for('cuda', True)


def test_on_a_gpu_events_frame_rows_of_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The GPU is a fake whose clock the steps turn: the order of the calls is what is checked."""
    clock = Clock()

    class Event:
        def __init__(self, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            clock.calls.append('record')
            self.at = clock.now

        def synchronize(self) -> None:
            clock.calls.append('wait')

        def elapsed_time(self, end: Any) -> float:
            return 1000 * (end.at - self.at)

    fake = SimpleNamespace(Event=Event, synchronize=lambda: clock.calls.append('idle'))
    monkeypatch.setattr(torch, 'cuda', fake)
    step = clock.step('a', *[0.25] * 9)
    assert time_on_cuda(step, 1.0) == (4, 1.0, 1.0)
    assert clock.calls == [
        *('idle', 'record', 'a', 'record', 'wait'),
        *('idle', 'record', 'a', 'a', 'a', 'record', 'wait'),
    ]
