"""Keeps the faces of a video apart.

A face is followed from frame to frame by MTCNN's output network in its last box, which is much
faster than a detection; a detection every few frames finds new faces. Detections are assigned to
followed faces by the overlap of their boxes, with the least total cost (the Hungarian method, as in
SORT: Bewley et al., "Simple online and realtime tracking", ICIP 2016).

SciPy's assignment is used instead of a package for tracking: with faces found again in every frame,
motion models have nothing to bridge, and the packages would bring much (``trackers``: supervision,
PyAV) or not install with NumPy 2 (``norfair``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.optimize import linear_sum_assignment

from mmfer.faces.boxes import box_overlap
from mmfer.faces.detection.face_finder import Detector
from mmfer.faces.face import Face

SAME = 0.3
"""Smallest intersection over union of a detection and a followed face that are the same."""
DOUBLE = 0.5
"""Overlap above which two followed faces are one."""
STILL_A_FACE = 0.6
"""Smallest score of a face that is followed; a detection needs more."""


@runtime_checkable
class FollowingDetector(Protocol):
    """A detector that finds faces again near their earlier boxes."""

    def follow(self, image: np.ndarray, boxes: np.ndarray) -> list[Face]:
        """A face for each box (N, 4) of an earlier frame, with a score."""


@dataclass(frozen=True)
class TrackedFace:
    """A face in a frame, with the number that it has in all frames."""

    track: int
    face: Face


@dataclass
class _Track:
    number: int
    face: Face
    seen: float


class FaceTracker:
    """Finds the faces of successive frames and keeps their numbers.

    Numbers start at 1. Persons are told apart by their places alone: who leaves the image longer
    than ``patience`` returns with a new number, and two faces that cross while one hides the other
    may exchange theirs.

    Args:
        detector: Finds faces. If it is a :class:`FollowingDetector`, as MTCNN, most frames need no
            detection; otherwise every frame is searched.
        detect_every: Frames from one detection to the next; a face that is lost causes one at once.
        patience: Seconds for which a lost face keeps its number.

    Raises:
        ValueError: If an option is out of range.

    Example:
        >>> tracker = FaceTracker(MTCNN())
        >>> for frame in video.frames():
        ...     print(frame.time, [tracked.track for tracked in tracker(frame.image, frame.time)])
    """

    def __init__(self, detector: Detector, detect_every: int = 5, patience: float = 1.0) -> None:
        if detect_every < 1 or not patience >= 0:
            raise ValueError(
                f'detect_every={detect_every}, patience={patience}: give at least 1 frame, and at '
                'least 0 seconds.'
            )
        self.detector, self.detect_every, self.patience = detector, detect_every, patience
        self._tracks: list[_Track] = []
        self._shown: set[int] = set()
        self._last = 0
        self._frames = 0
        self._shape: tuple[int, ...] = ()

    def __call__(self, image: np.ndarray, time: float) -> list[TrackedFace]:
        """The faces of the next frame.

        Args:
            image: (H, W, 3) uint8 RGB. If the size changes, all faces get new numbers.
            time: Seconds, ascending.
        """
        if image.shape != self._shape:
            self._tracks, self._shown, self._shape = [], set(), image.shape
            self._frames = 0  # so that this frame is searched
        self._tracks = [track for track in self._tracks if time - track.seen <= self.patience]
        due = self._frames % self.detect_every == 0
        self._frames += 1
        whole = self._follow(image, time)
        if due or not whole:
            self._detect(image, time)
        shown = [TrackedFace(t.number, t.face) for t in self._tracks if t.seen == time]
        self._shown = {tracked.track for tracked in shown}
        return sorted(shown, key=lambda tracked: tracked.track)

    def _follow(self, image: np.ndarray, time: float) -> bool:
        """Find known faces again; False if one of the last frame is lost."""
        if not isinstance(self.detector, FollowingDetector):
            return False
        if not self._tracks:
            return True
        ordered = sorted(self._tracks, key=lambda track: (-track.seen, track.number))
        faces = self.detector.follow(image, np.stack([track.face.bbox for track in ordered]))
        kept: list[_Track] = []
        for track, face in zip(ordered, faces, strict=True):
            if (face.score or 0) >= STILL_A_FACE and not _overlaps_any(face, kept):
                track.face, track.seen = face, time
                kept.append(track)
        return self._shown <= {track.number for track in kept}

    def _detect(self, image: np.ndarray, time: float) -> None:
        """Search the whole image, and give new faces new numbers."""
        faces = self.detector.detect(image)
        assigned = _assign(faces, self._tracks)
        for index, face in enumerate(faces):
            track = assigned.get(index)
            if track is not None:
                track.face, track.seen = face, time
            elif not _overlaps_any(face, [t for t in self._tracks if t.seen == time]):
                self._last += 1
                self._tracks.append(_Track(self._last, face, time))


def _overlaps_any(face: Face, tracks: Sequence[_Track]) -> bool:
    boxes = np.array([track.face.bbox for track in tracks]).reshape(-1, 4)
    return bool((box_overlap(face.bbox, boxes) > DOUBLE).any())


def _assign(faces: Sequence[Face], tracks: Sequence[_Track]) -> dict[int, _Track]:
    """The track of each face that has one, by the largest sum of overlaps."""
    if not faces or not tracks:
        return {}
    boxes = np.array([track.face.bbox for track in tracks])
    overlaps = np.stack([box_overlap(face.bbox, boxes) for face in faces])
    rows, columns = linear_sum_assignment(-np.where(overlaps >= SAME, overlaps, 0))
    return {
        int(row): tracks[column]
        for row, column in zip(rows, columns, strict=True)
        if overlaps[row, column] >= SAME
    }
