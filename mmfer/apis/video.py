"""Expressions of the faces in a video, frame by frame."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import exp
from typing import Any

import numpy as np

from mmfer.apis.face_inferencer import FaceInferencer
from mmfer.apis.predictions import FacePrediction
from mmfer.faces.video import FaceTracker, Frame

AT_ONCE = 16
"""Frames whose faces pass the model together."""


@dataclass(frozen=True)
class FramePrediction:
    """The answers for a frame.

    Args:
        frame: The frame.
        faces: The predictions by the number of the face, which is the same in all frames.
    """

    frame: Frame
    faces: dict[int, FacePrediction]


class ScoreSmoother:
    """Averages the scores of each face over time, with weights that decay exponentially.

    Args:
        seconds: The time in which the weight of a score falls to 1/e; 0 changes nothing.

    Raises:
        ValueError: If the time is negative.
    """

    def __init__(self, seconds: float) -> None:
        if not 0 <= seconds < float('inf'):
            raise ValueError(f'smooth={seconds}: give 0 or more seconds.')
        self.seconds = seconds
        self._last: dict[int, tuple[float, dict[str, float]]] = {}

    def __call__(self, track: int, time: float, scores: dict[str, float]) -> dict[str, float]:
        """The averaged scores of a face at a time."""
        if track in self._last and self.seconds > 0:
            earlier, before = self._last[track]
            kept = exp(-(time - earlier) / self.seconds)
            scores = {name: kept * before[name] + (1 - kept) * p for name, p in scores.items()}
        self._last[track] = time, scores
        return scores


def read_frames(
    inferencer: FaceInferencer,
    frames: Iterable[Frame],
    tracker: FaceTracker | None = None,
    smooth: float = 0.0,
    at_once: int = AT_ONCE,
) -> Iterator[FramePrediction]:
    """Yield the expressions of the faces in each frame.

    Args:
        inferencer: The model; its detector finds the faces.
        frames: Frames in the order of their times.
        tracker: Keeps the faces apart; None uses FaceTracker with the detector of the inferencer.
        smooth: Seconds over which the scores of each face are averaged; 0 does not.
        at_once: Number of frames whose faces share a batch; 1 answers each frame at once.

    Raises:
        ValueError: If the model cannot read photographs, or an option is out of range.

    Example:
        >>> with open_video('party.mp4') as video:
        ...     for found in read_frames(FERInferencer(), video.frames(), smooth=0.5):
        ...         print(found.frame.time, {n: face.label for n, face in found.faces.items()})
    """
    if at_once < 1:
        raise ValueError(f'at_once={at_once}: give a whole number of 1 or more.')
    inferencer.check_photographs()
    tracker = tracker or FaceTracker(inferencer.detector)
    smoother = ScoreSmoother(smooth)
    iterator = iter(frames)
    while some := list(islice(iterator, at_once)):
        yield from _answers(inferencer, some, tracker, smoother)


def _answers(
    inferencer: FaceInferencer,
    frames: Sequence[Frame],
    tracker: FaceTracker,
    smoother: ScoreSmoother,
) -> Iterator[FramePrediction]:
    seen = []
    samples: list[dict[str, Any]] = []
    for frame in frames:
        tracked = tracker(frame.image, frame.time)
        faces, inputs = inferencer.sampler.samples(frame.image, [one.face for one in tracked])
        seen.append((frame, [one.track for one in tracked], faces))
        samples += inputs
    scores = iter(inferencer.loaded.scores(samples, inferencer.batch_size))
    for frame, tracks, faces in seen:
        answers = {
            track: FacePrediction(
                face,
                smoother(track, frame.time, next(scores)),
                inferencer.loaded.of_attributes,
                inferencer.unsure_below,
            )
            for track, face in zip(tracks, faces, strict=True)
        }
        yield FramePrediction(frame, answers)


@dataclass
class TrackSummary:
    """What is known about one face of a video.

    Args:
        track: Its number.
        times: The times of its frames in seconds.
        scores: The scores of its frames, one row of the classes or attributes each.
    """

    track: int
    times: list[float] = field(default_factory=list)
    scores: list[list[float]] = field(default_factory=list)

    def to_dict(self, names: Sequence[str], of_attributes: bool) -> dict[str, Any]:
        """The entry for ``video.json``: first and last time, number of frames, mean scores."""
        mean = dict(zip(names, np.mean(self.scores, axis=0).round(4).tolist(), strict=True))
        entry = {
            'track': self.track,
            'first': round(self.times[0], 3),
            'last': round(self.times[-1], 3),
            'frames': len(self.times),
            'mean_scores': mean,
        }
        return entry if of_attributes else {**entry, 'label': max(mean, key=lambda n: mean[n])}
