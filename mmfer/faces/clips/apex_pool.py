"""Apex frames and intervals of many clips, spotted by several processes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from mmfer.faces.clips.apex_result import ApexResult
from mmfer.faces.clips.apex_spotter import ApexSpotter
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.interval_spotter import IntervalSpotter, SpottedIntervals
from mmfer.faces.clips.intervals import IntervalOptions
from mmfer.faces.clips.sensor_noise import NoisyClip, check_noise
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.worker_pool import WorkerPool

R_co = TypeVar('R_co', covariant=True)


class Spotter(Protocol[R_co]):
    """Searches a clip between two frames."""

    def __call__(  # noqa: D102
        self,
        clip: Clip,
        landmarks: np.ndarray | None,
        first: int | None,
        last: int | None,
        /,
    ) -> R_co: ...


@dataclass(frozen=True)
class ClipTask:
    """A clip that is to be searched.

    Attributes:
        name: Name of the clip, such as ``sub01/EP02_01f``.
        path: A folder of frames, or a video.
        onset: Number of the first frame of the expression; None for the first frame of the clip.
        offset: Number of the last frame of the expression; None for the last frame of the clip.
        landmarks: (68, 2) or (T, 68, 2); None detects the landmarks.
        noise: Sensor noise and flicker to add, see :func:`add_sensor_noise`; None adds none.
        seed: Seed of the noise.

    Raises:
        ValueError: If the noise is negative or not finite.
    """

    name: str
    path: Path
    onset: int | None = None
    offset: int | None = None
    landmarks: np.ndarray | None = None
    noise: tuple[float, float] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.noise is not None:
            check_noise(*self.noise)

    def clip(self) -> Clip:
        """The clip, with sensor noise if ``noise`` is given."""
        clip = open_clip(self.path)
        return clip if self.noise is None else NoisyClip(clip, *self.noise, self.seed)


@dataclass(frozen=True)
class SpotterOptions:
    """Options of :class:`ApexSpotter`."""

    method: str = 'ratio'
    eps: int = 1
    use_offset: bool = True
    landmarks: str = 'onset'
    face: str | int = 'best'

    def build(self, landmarker: bool) -> ApexSpotter:
        """Build the spotter, with a landmarker if ``landmarker`` is True."""
        return ApexSpotter(
            self.method,
            self.eps,
            self.use_offset,
            self.landmarks,
            FaceLandmarker() if landmarker else None,
            face=self.face,
        )


def spot_apexes(
    tasks: Sequence[ClipTask], options: SpotterOptions, jobs: int = 1
) -> Iterator[ApexResult | str]:
    """Yield the apex of each clip in order, or an error message if a clip is faulty.

    Args:
        tasks: The clips.
        options: Options of the spotter.
        jobs: Number of processes with one thread each; 1 uses the current process.

    Raises:
        ValueError: If ``jobs`` is below 1, or an option is invalid.
        WorkerKilledError: If a process is killed.
    """
    yield from _spot_all(tasks, options.build, jobs)


def spot_intervals(
    tasks: Sequence[ClipTask], options: IntervalOptions, jobs: int = 1
) -> Iterator[SpottedIntervals | str]:
    """Yield the micro-expressions of each video in order, or an error message; see above."""
    yield from _spot_all(tasks, partial(_interval_spotter, options), jobs)


def _interval_spotter(options: IntervalOptions, landmarker: bool) -> IntervalSpotter:
    return IntervalSpotter(options, FaceLandmarker() if landmarker else None)


R = TypeVar('R')


def _spot_all(
    tasks: Sequence[ClipTask], build: Callable[[bool], Spotter[R]], jobs: int
) -> Iterator[R | str]:
    landmarker = any(task.landmarks is None for task in tasks)
    with WorkerPool(partial(_searcher, build, landmarker), jobs) as pool:
        yield from pool.map(tasks)


def _searcher(
    build: Callable[[bool], Spotter[R]], landmarker: bool
) -> Callable[[ClipTask], R | str]:
    return partial(_search, build(landmarker))


def _search(spotter: Spotter[R], task: ClipTask) -> R | str:
    try:
        return spotter(task.clip(), task.landmarks, task.onset, task.offset)
    except (FileNotFoundError, ValueError) as error:
        return str(error)
