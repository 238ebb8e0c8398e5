"""The result of apex spotting."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ApexResult:
    """The apex of a clip; frames are given by their numbers.

    Attributes:
        apex: The frame in which the expression is strongest.
        onset: The frame in which the expression begins.
        offset: The frame in which the expression ends.
        numbers: Numbers of the frames from onset to offset.
        curve: (len(numbers),) float64, strength of the expression in each of these frames.
        landmarks: (68, 2), x and y in pixels: those of the onset, with ``per_frame`` of the apex.
        regions: (10, 4) int, x1, y1, x2, y2 of the regions in the apex frame.
        messages: Warnings about missing frames, frames without a face, frames that are left out
            (flashes, covered faces, other people), several faces, and a clip in which nothing
            moves.
        first_face: The first frame from the onset on that shows the face and is not left out;
            without messages, the onset.
    """

    apex: int
    onset: int
    offset: int
    numbers: Sequence[int]
    curve: np.ndarray
    landmarks: np.ndarray
    regions: np.ndarray
    messages: tuple[str, ...] = ()
    first_face: int | None = None


def some_frames(numbers: Sequence[int]) -> str:
    """The first five numbers, for messages: ``3, 4, 5, 6, 7 ...``."""
    return ', '.join(map(str, numbers[:5])) + (' ...' if len(numbers) > 5 else '')
