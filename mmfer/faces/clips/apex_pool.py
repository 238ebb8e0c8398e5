"""Apex frames of many clips, spotted by several processes."""

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
    """A clip whose apex is to be spotted.

    Attributes:
        name: Name of the clip, such as ``sub01/EP02_01f``.
        path: A folder of frames, or a video.
        onset: Number of the first frame of the expression; None for the first frame of the clip.
        offset: Number of the last frame of the expression; None for the last frame of the clip.
        landmarks: (68, 2) or (T, 68, 2); None detects the landmarks.
        noise: Sensor noise and flicker to add, see :func:`add_sensor_noise`; None adds none.
        seed: Seed of the noise.
    """

    name: str
    path: Path
    onset: int | None = None
    offset: int | None = None
    landmarks: np.ndarray | None = None
    noise: tuple[float, float] | None = None
    seed: int = 0

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

    def build(self, landmarker: bool) -> ApexSpotter:
        """Build the spotter, with a landmarker if ``landmarker`` is True."""
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
    """Yield the apex of each clip in order, or an error message if a clip is faulty.

    Args:
        tasks: The clips.
        options: Options of the spotter.
        jobs: Number of processes with one thread each; 1 uses the current process.

    Raises:
        ValueError: If ``jobs`` is below 1, or an option is invalid.
    """
    if jobs < 1:
        raise ValueError(f'The number of jobs must be at least 1, but is {jobs}.')
    options.build(landmarker=False)  # raises on a wrong option before any process starts
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
