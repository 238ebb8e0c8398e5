"""Faces of many pictures, found by several processes."""

import hashlib
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

import cv2
import torch

from mmfer.faces.detection.face_finder import FaceFinder, FoundFace, Picture
from mmfer.faces.detection.landmarker import WEIGHTS, FaceLandmarker
from mmfer.faces.detection.mtcnn import MTCNN

CHUNK = 4
"""Pictures that go to a process at once; a killed run loses at most so many for each."""


@dataclass(frozen=True)
class FindingOptions:
    """How faces are looked for.

    Args:
        min_face_size: Side in pixels of the smallest face, see :class:`MTCNN`.
        whole_image: When the whole picture is taken for the face's box: ``'never'``,
            ``'no face'`` if none is found, or ``'always'``, without looking.
        landmarks: Find the 68 landmarks.
        weights: The landmarker's weights; None for those that come with mmfer.
    """

    min_face_size: int = 24
    whole_image: Literal['never', 'no face', 'always'] = 'never'
    landmarks: bool = True
    weights: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """All on which the results depend; for the weights a digest of their file.

        Raises:
            FileNotFoundError: If the weights are not there.
        """
        weights = None
        if self.landmarks:
            path = Path(self.weights or WEIGHTS)
            if not path.is_file():
                raise FileNotFoundError(
                    f'No weights of a landmarker at "{path}". Check the path, or leave it out.'
                )
            weights = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        return asdict(self) | {'weights': weights}

    def build(self) -> FaceFinder:
        """What finds them."""
        return FaceFinder(
            None if self.whole_image == 'always' else MTCNN(self.min_face_size),
            FaceLandmarker(self.weights) if self.landmarks else None,
            self.whole_image == 'no face',
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
        RuntimeError: If a process is killed.

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
        try:
            yield from self._pool.map(_work, pictures, chunksize=CHUNK)
        except BrokenProcessPool as error:
            raise RuntimeError(
                f'One of {self.jobs} processes was killed, perhaps for want of memory. What is '
                'finished stays: call again to go on, with fewer jobs.'
            ) from error

    def _in_this_process(self, pictures: Sequence[Picture]) -> Iterator[FoundFace]:
        threads = torch.get_num_threads(), cv2.getNumThreads()
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        try:
            yield from map(self.finder, pictures)
        finally:
            torch.set_num_threads(threads[0])
            cv2.setNumThreads(threads[1])
