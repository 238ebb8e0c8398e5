"""Apex frames of many clips, spotted by several processes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from mmfer.faces.clips.apex_result import ApexResult
from mmfer.faces.clips.apex_spotter import ApexSpotter
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.sensor_noise import NoisyClip, check_noise
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.worker_pool import WorkerPool


@dataclass(frozen=True)
class ClipTask:
    """A clip whose apex is to be spotted.

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
    landmarker = any(task.landmarks is None for task in tasks)
    with WorkerPool(partial(_build, options, landmarker), jobs) as pool:
        yield from pool.map(tasks)


def _build(options: SpotterOptions, landmarker: bool) -> Callable[[ClipTask], ApexResult | str]:
    return partial(_spot, options.build(landmarker))


def _spot(spotter: ApexSpotter, task: ClipTask) -> ApexResult | str:
    try:
        return spotter(task.clip(), task.landmarks, task.onset, task.offset)
    except (FileNotFoundError, ValueError) as error:
        return str(error)
