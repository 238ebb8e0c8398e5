"""The apexes of many clips, found by several processes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from mmfer.faces.clips.apex_spotter import ApexResult, ApexSpotter
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.sensor_noise import NoisyClip
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.worker_pool import WorkerPool


@dataclass(frozen=True)
class ClipTask:
    """A clip whose apex is to be found.

    Attributes:
        name: What the clip is called, such as ``sub01/EP02_01f``.
        path: Its folder of frames, or its video.
        onset: Number of the first frame of the expression; the clip's first if None.
        offset: Number of its last frame; the clip's last if None.
        landmarks: (68, 2) or (T, 68, 2); looked for if None.
        noise: Sensor noise and flicker to add, see :func:`add_sensor_noise`; None for none.
        seed: That of the noise.
    """

    name: str
    path: Path
    onset: int | None = None
    offset: int | None = None
    landmarks: np.ndarray | None = None
    noise: tuple[float, float] | None = None
    seed: int = 0

    def clip(self) -> Clip:
        """The clip, noisy where that is asked for."""
        clip = open_clip(self.path)
        return clip if self.noise is None else NoisyClip(clip, *self.noise, self.seed)


@dataclass(frozen=True)
class SpotterOptions:
    """How apexes are found: see :class:`ApexSpotter`; a landmarker is built where one is needed."""

    method: str = 'ratio'
    eps: int = 1
    use_offset: bool = True
    landmarks: str = 'onset'

    def build(self, landmarker: bool) -> ApexSpotter:
        """What finds them."""
        return ApexSpotter(
            self.method,
            self.eps,
            self.use_offset,
            self.landmarks,
            FaceLandmarker() if landmarker else None,
        )


def spot_apexes(
    tasks: Sequence[ClipTask], options: SpotterOptions, jobs: int = 1
) -> Iterator[ApexResult | str]:
    """The apex of each clip, or what is wrong with the clip, one by one and in order.

    Args:
        tasks: The clips.
        options: How to find them.
        jobs: Processes, of one thread each; 1 for this one.

    Raises:
        ValueError: If ``jobs`` is below 1, or an option is wrong.
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
