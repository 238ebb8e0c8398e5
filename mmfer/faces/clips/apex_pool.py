"""The apexes of many clips, found by several processes."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from mmfer.faces.clips.apex_spotter import ApexResult, ApexSpotter
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.sensor_noise import NoisyClip
from mmfer.faces.detection.landmarker import FaceLandmarker


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
    """
    if jobs < 1:
        raise ValueError(f'The number of jobs must be at least 1, but is {jobs}.')
    options.build(landmarker=False)  # tells what is wrong before there are processes
    landmarker = any(task.landmarks is None for task in tasks)
    if jobs == 1:
        spotter = options.build(landmarker)
        for task in tasks:
            yield _spot(spotter, task)
        return
    with ProcessPoolExecutor(
        jobs, multiprocessing.get_context('spawn'), _start_worker, (options, landmarker)
    ) as pool:
        yield from pool.map(_work, tasks)


def _spot(spotter: ApexSpotter, task: ClipTask) -> ApexResult | str:
    try:
        return spotter(task.clip(), task.landmarks, task.onset, task.offset)
    except (FileNotFoundError, ValueError) as error:
        return str(error)


_spotter: ApexSpotter | None = None


def _start_worker(options: SpotterOptions, landmarker: bool) -> None:
    global _spotter
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    _spotter = options.build(landmarker)


def _work(task: ClipTask) -> ApexResult | str:
    assert _spotter is not None
    return _spot(_spotter, task)
