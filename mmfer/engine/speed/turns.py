"""Steps that take turns in rounds, so that a slow phase of the machine meets all of them."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

Step = Callable[[], Any]
Timed = tuple[int, float, float]
"""Passes of a step, their seconds, and the share of these in which this thread ran."""
Timer = Callable[[Step, float], Timed]
"""Runs a step for a number of seconds or longer."""


@dataclass(frozen=True)
class Speed:
    """The speed of one step."""

    rounds: list[float]
    """Images per second in each round."""
    ratios: list[float]
    """Speed relative to the reference in the same round, for each round."""
    ran: float = 1.0
    """Share of the measured time in which this thread ran; without other load it is near 1."""

    @property
    def median(self) -> float:
        """Images per second: the median over the rounds."""
        return statistics.median(self.rounds)

    @property
    def ratio(self) -> float:
        """Speed relative to the reference: the median over the rounds."""
        return statistics.median(self.ratios)

    @classmethod
    def joined(cls, speeds: Sequence['Speed']) -> 'Speed':
        """The rounds of several measurements of the same step."""
        return cls(
            [value for speed in speeds for value in speed.rounds],
            [value for speed in speeds for value in speed.ratios],
            statistics.mean(speed.ran for speed in speeds),
        )


def time_on_cpu(
    step: Step, seconds: float, clock: Callable[[], float] = time.perf_counter
) -> Timed:
    """Run a step that ends with its work.

    Args:
        step: The step.
        seconds: Minimum time of all passes.
        clock: Gives the time in seconds.
    """
    passes, start, wall, ran = 0, clock(), time.perf_counter(), time.thread_time()
    while (elapsed := clock() - start) < seconds or not passes:
        step()
        passes += 1
    whole = time.perf_counter() - wall
    return passes, elapsed, (time.thread_time() - ran) / whole if whole else 1.0


def time_cpu_time(step: Step, seconds: float) -> Timed:
    """Like :func:`time_on_cpu`, in CPU time of this process: other processes hardly count."""
    return time_on_cpu(step, seconds, time.process_time)


def time_on_cuda(step: Step, seconds: float) -> Timed:
    """Run a step that hands its work to the GPU, by events around rows of passes.

    The passes of a row follow each other without waiting, as in a training.
    """
    passes, elapsed = 0, 0.0
    while elapsed < seconds or not passes:
        row = math.ceil((seconds - elapsed) * passes / elapsed) if passes and elapsed else 1
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        begin.record()
        for _ in range(row):
            step()
        end.record()
        end.synchronize()
        passes, elapsed = passes + row, elapsed + begin.elapsed_time(end) / 1000
    return passes, elapsed, 1.0


def timer_for(device: str, cpu_time: bool = False) -> Timer:
    """The timer of steps on a device.

    Raises:
        ValueError: If CPU time is to be counted for a GPU.
    """
    if device.startswith('cuda'):
        if cpu_time:
            raise ValueError('--cpu-time counts the work of the CPU: leave it out on a GPU.')
        return time_on_cuda
    return time_cpu_time if cpu_time else time_on_cpu


@dataclass(frozen=True)
class Times:
    """How long and by which clock steps are measured."""

    repeats: int = 5
    """Number of rounds."""
    seconds: float = 1.0
    """Minimum time of each step in a round."""
    cpu_time: bool = False
    """Count the CPU time of this process instead of the time on the clock: with one thread, other
    processes then hardly change the result."""
    device: str = 'cpu'
    """``'cpu'`` or ``'cuda'``, where the steps run."""

    @property
    def timer(self) -> Timer:
        """The timer."""
        return timer_for(self.device, self.cpu_time)


def take_turns(
    steps: Sequence[Step],
    batch: int | Sequence[int],
    repeats: int,
    seconds: float,
    timer: Timer = time_on_cpu,
    references: Sequence[int] | None = None,
) -> list[Speed]:
    """Measure steps that take turns in every round; each runs once before, to warm up.

    Args:
        steps: Functions that process a batch each.
        batch: Number of images in a batch, of all steps or of each.
        repeats: Number of rounds.
        seconds: Minimum time of a step in a round.
        timer: Runs a step for that time, and counts.
        references: For each step, the number of the step to which its ratios relate; None relates
            all to the first.

    Raises:
        ValueError: If there is no round, or the time is no number from 0.

    Example:
        >>> [speed] = take_turns([lambda: sum(range(1000))], 1, repeats=3, seconds=0.001)
        >>> len(speed.rounds), speed.ratio
        (3, 1.0)
    """
    if repeats < 1:
        raise ValueError(f'--repeats {repeats}: give the number of rounds, 1 or more.')
    if not 0 <= seconds < math.inf:
        raise ValueError(f'--seconds {seconds}: give the time of a step in a round, from 0.')
    batches = [batch] * len(steps) if isinstance(batch, int) else list(batch)
    for step in steps:
        step()
    rounds = [[timer(step, seconds) for step in steps] for _ in range(repeats)]
    speeds = [
        [passes * size / elapsed for (passes, elapsed, _), size in zip(turns, batches, strict=True)]
        for turns in rounds
    ]
    result = []
    for number, reference in enumerate(references or [0] * len(steps)):
        ratios = [row[number] / row[reference] for row in speeds]
        ran = statistics.mean(turns[number][2] for turns in rounds)
        result.append(Speed([row[number] for row in speeds], ratios, ran))
    return result
