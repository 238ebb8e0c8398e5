"""Faces of many pictures, found by several processes."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Self

import cv2
import torch

from mmfer.faces.finding import FaceFinder, FoundFace, Picture
from mmfer.faces.landmarker import FaceLandmarker
from mmfer.faces.mtcnn import MTCNN

CHUNK = 4
"""Pictures that go to a process at once; a killed run loses at most so many for each."""


@dataclass(frozen=True)
class FindingOptions:
    """How faces are looked for.

    Args:
        min_face_size: Side in pixels of the smallest face, see :class:`MTCNN`.
        whole_image: Take each whole picture for the face's box, and do not detect.
        landmarks: Find the 68 landmarks.
        weights: The landmarker's weights; None for those that come with mmfer.
    """

    min_face_size: int = 24
    whole_image: bool = False
    landmarks: bool = True
    weights: str | None = None

    def build(self) -> FaceFinder:
        """What finds them."""
        return FaceFinder(
            None if self.whole_image else MTCNN(self.min_face_size),
            FaceLandmarker(self.weights) if self.landmarks else None,
        )


_finder: FaceFinder | None = None


def _start_worker(options: FindingOptions) -> None:
    global _finder
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    _finder = options.build()


def _work(picture: Picture) -> FoundFace:
    assert _finder is not None
    return _finder(picture)


class FinderPool:
    """Finds the faces of pictures in processes of one thread each, or in this one for one job.

    Args:
        options: How faces are looked for.
        jobs: Number of processes.

    Raises:
        ValueError: If ``jobs`` is below 1, or an option is wrong.
        FileNotFoundError: If the landmarker's weights are not there.

    Example:
        >>> with FinderPool(FindingOptions(), jobs=4) as pool:  # doctest: +SKIP
        ...     found = list(pool.map(pictures))
    """

    def __init__(self, options: FindingOptions, jobs: int = 1) -> None:
        if jobs < 1:
            raise ValueError(f'The number of jobs must be at least 1, but is {jobs}.')
        self.jobs, self.options = jobs, options
        self.finder = options.build()  # tells what is wrong before there are processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, pictures: Sequence[Picture]) -> Iterator[FoundFace]:
        """What is found in the pictures, in order, as it is ready."""
        if not pictures:
            return
        if self.jobs == 1:
            yield from self._in_this_process(pictures)
            return
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.jobs,
                # Forking a process whose libraries run threads may hang.
                mp_context=multiprocessing.get_context('spawn'),
                initializer=_start_worker,
                initargs=(self.options,),
            )
        yield from self._pool.map(_work, pictures, chunksize=CHUNK)

    def _in_this_process(self, pictures: Sequence[Picture]) -> Iterator[FoundFace]:
        threads = torch.get_num_threads(), cv2.getNumThreads()
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        try:
            yield from map(self.finder, pictures)
        finally:
            torch.set_num_threads(threads[0])
            cv2.setNumThreads(threads[1])
