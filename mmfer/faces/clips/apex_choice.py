"""The choice of the apex from the curve of a clip."""

from collections.abc import Collection, Sequence

import numpy as np

from mmfer.faces.clips.clip import Clip
from mmfer.faces.clips.face_presence import FacePresence

LEAST_RISE = {'ratio': 0.02, 'registered': 0.02}
"""Smallest rise of the curve that is more than noise: for ``ratio`` as a share of its median.

A still photograph with sensor noise of two grey levels reaches 0.016 and 0.015.
"""


def shown_apex(
    clip: Clip,
    first: int,
    curve: np.ndarray,
    lost: Sequence[int],
    presence: FacePresence,
    points: np.ndarray,
) -> tuple[np.ndarray, int, list[int]]:
    """The highest frame of a curve that shows the face.

    Args:
        clip: The clip.
        first: Position of the first frame of the curve in the clip.
        curve: (T,) float64, the strength of the expression in each frame.
        lost: Positions in the curve of frames that are known not to show the face.
        presence: Decides whether a frame shows the face.
        points: (68, 2), the landmarks of the face.

    Returns:
        The curve, in which a frame without the face takes the value of the previous frame; the
        position of the apex; and the positions of frames without the face.
    """
    curve = curve.copy()
    found: list[int] = []
    shown = np.ones(len(curve), bool)
    shown[list(lost)] = False
    while shown.any():
        apex = int(np.where(shown, curve, -np.inf).argmax())
        if presence(clip.frame(first + apex), points):
            return curve, apex, found
        shown[apex] = False
        found.append(apex)
        before = np.flatnonzero(shown[:apex])
        curve[apex] = curve[before[-1]] if before.size else curve.min()
    raise ValueError(
        f'{clip.name}: no frame from {clip.numbers[first]} on shows the face of its first frame. '
        'Check the clip, or give its landmarks.'
    )


def last_shown(
    clip: Clip,
    first: int,
    last: int,
    presence: FacePresence,
    points: np.ndarray,
    unfit: Collection[int] = (),
) -> int:
    """Position of the last frame after ``first`` that shows the face; ``last`` if none does.

    Args:
        clip: The clip.
        first: Position of the first frame.
        last: Position of the last frame.
        presence: Decides whether a frame shows the face.
        points: (68, 2), the landmarks of the face.
        unfit: Positions of frames that do not count.
    """
    if last not in unfit and presence(clip.frame(last), points):
        return last
    frames = enumerate(clip.read(first + 1, last), first + 1)
    shown = (i for i, frame in frames if i not in unfit and presence(frame, points))
    return max(shown, default=last)


def without_unfit(curve: np.ndarray, unfit: Collection[int]) -> np.ndarray:
    """A curve (T,) in which unfit frames have the value of the frame before them that fits."""
    curve = curve.copy()
    fits = [i for i in range(len(curve)) if i not in unfit]
    for i in sorted(unfit):
        before = [k for k in fits if k < i]
        curve[i] = curve[before[-1]] if before else curve[fits].min()
    return curve


def rise(curve: np.ndarray, method: str) -> float:
    """The height of the apex above the rest of the clip, to compare with :data:`LEAST_RISE`."""
    if method == 'registered':
        return float(curve.max())
    middle = float(np.median(curve))
    return (float(curve.max()) - middle) / middle
