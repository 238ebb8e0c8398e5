"""Faces of many images, detected by several processes."""

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
"""Number of images per task; a killed run loses at most this number for each process."""


@dataclass(frozen=True)
class FindingOptions:
    """Options of the detection of faces.

    Args:
        min_face_size: Side in pixels of the smallest face, see :class:`MTCNN`.
        whole_image: When to use the whole image as the box of the face: ``'never'``,
            ``'no face'`` if no face is detected, or ``'always'`` without detection.
        landmarks: Whether to find the 68 landmarks.
        weights: Weights of the landmarker; None uses the weights shipped with mmfer.
    """

    min_face_size: int = 24
    whole_image: Literal['never', 'no face', 'always'] = 'never'
    landmarks: bool = True
    weights: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """All values that influence the results, with a digest in place of the weights file.

        Raises:
            FileNotFoundError: If the weights file does not exist.
        """
        weights = None
        if self.landmarks:
            path = Path(self.weights or WEIGHTS)
            if not path.is_file():
                raise FileNotFoundError(
                    f'No weights of a landmarker at "{path}". Correct the path, or leave it out.'
                )
            weights = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        return asdict(self) | {'weights': weights}

    def build(self) -> FaceFinder:
        """Build the finder of faces."""
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
    """Finds the faces of images in several processes of one thread each.

    Args:
        options: Options of the detection.
        jobs: Number of processes; 1 uses the current process.

    Raises:
        ValueError: If ``jobs`` is below 1, or an option is invalid.
        FileNotFoundError: If the weights of the landmarker do not exist.
        RuntimeError: If a process is killed.

    Example:
        >>> with FinderPool(FindingOptions(), jobs=4) as pool:  # doctest: +SKIP
        ...     found = list(pool.map(images))
    """

    def __init__(self, options: FindingOptions, jobs: int = 1) -> None:
        if jobs < 1:
            raise ValueError(f'The number of jobs must be at least 1, but is {jobs}.')
        self.jobs, self.options = jobs, options
        self.finder = options.build()  # raises on a wrong option before any process starts
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, pictures: Sequence[Picture]) -> Iterator[FoundFace]:
        """Yield the result of each image, in order."""
        if not pictures:
            return
        if self.jobs == 1:
            yield from self._in_this_process(pictures)
            return
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.jobs,
                # A fork of a process whose libraries run threads may hang.
                mp_context=multiprocessing.get_context('spawn'),
                initializer=_start_worker,
                initargs=(self.options,),
            )
        try:
            yield from self._pool.map(_work, pictures, chunksize=CHUNK)
        except BrokenProcessPool as error:
            raise RuntimeError(
                f'One of {self.jobs} processes was killed, perhaps for lack of memory. Finished '
                'images are kept: call again with fewer jobs to continue.'
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
