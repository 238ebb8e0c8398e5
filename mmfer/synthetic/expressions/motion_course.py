"""The course of a clip: level of the micro-expression, blinks, and drift of the view."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mmfer.synthetic.expressions.disturbances import Disturbances

FRAME_RATE = 200
SHIFT, ROLL, ZOOM = 0.002, 0.15, 0.001
"""Amplitudes of the drift: shift in image heights, roll in degrees, and relative scale."""
PERIOD = (160, 400)
"""Shortest and longest period of the drift, in frames."""
BLINK = (14, 6, 24)
"""Numbers of frames in which the lids close, stay closed and open."""
BLINK_GAP = (2.0, 6.0)
"""Shortest and longest time in seconds from one blink of a video to the next."""


@dataclass(frozen=True)
class Course:
    """The course of a clip of T frames; onset, apex and offset are frame indices from 0."""

    onset: int
    """The last neutral frame."""
    apex: int
    offset: int
    """The first neutral frame after the apex."""
    level: np.ndarray
    """(T,) level of the expression from 0 to 1; 1 at the apex only."""
    lids: np.ndarray
    """(T,) closing of the eyes by a blink, from 0 to 1."""
    drift: np.ndarray
    """(T, 4): shift to the right and down in image heights, clockwise roll in degrees, and
    relative growth."""
    disturbances: Disturbances | None = None


def eased(frames: int, power: float) -> np.ndarray:
    """A smooth rise from 0 to 1 in ``frames`` steps: ``frames + 1`` values.

    The rise is 0.5 (1 - cos) raised to ``power``; a power above 1 gives a late rise, a power below
    1 an early rise.
    """
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(frames + 1) / frames)) ** power


def expression_course(
    before: int, rise: int, fall: int, after: int, powers: tuple[float, float]
) -> np.ndarray:
    """Levels (T,) of an expression: neutral, rising, falling, neutral."""
    up, down = eased(rise, powers[0]), eased(fall, powers[1])[::-1]
    return np.concatenate([np.zeros(before), up, down[1:], np.zeros(after)])


def blink_course(frames: int, start: int, pace: float = 1.0) -> np.ndarray:
    """Levels (T,) of a blink that begins after frame ``start``; the clip may end during it.

    ``pace`` is the frame rate in units of :data:`FRAME_RATE`.
    """
    closing, closed, opening = _blink(pace)
    whole = expression_course(start, closing, opening, frames, (1.0, 1.0))
    return np.insert(whole, start + closing, np.ones(closed))[:frames]


def blinking_course(frames: int, rng: np.random.Generator, pace: float = 1.0) -> np.ndarray:
    """Levels (T,) of eyes that blink every few seconds, see :data:`BLINK_GAP`."""
    lids = np.zeros(frames)
    start = round(pace * FRAME_RATE * rng.uniform(0, BLINK_GAP[1]))
    while start < frames:
        lids = np.maximum(lids, blink_course(frames, start, pace))
        start += sum(_blink(pace)) + round(pace * FRAME_RATE * rng.uniform(*BLINK_GAP))
    return lids


def _blink(pace: float) -> tuple[int, int, int]:
    """:data:`BLINK` at another frame rate."""
    closing, closed, opening = (max(1, round(pace * frames)) for frames in BLINK)
    return closing, closed, opening


def drift_course(frames: int, rng: np.random.Generator, pace: float = 1.0) -> np.ndarray:
    """A drift (T, 4): in each column the sum of two slow waves of half the amplitude.

    ``pace`` is the frame rate in units of :data:`FRAME_RATE`.
    """
    amplitude = np.array([SHIFT, SHIFT, ROLL, ZOOM]) / 2
    rate = 2 * np.pi / (pace * rng.uniform(*PERIOD, (2, 4)))
    phase = rng.uniform(0, 2 * np.pi, (2, 4))
    time = np.arange(frames)[:, None, None]
    return (amplitude * np.sin(rate * time + phase)).sum(1)


def sample_course(rng: np.random.Generator, blinks: float = 0.0, pace: float = 1.0) -> Course:
    """Draw the course of a clip.

    From onset to offset there are 25 to 100 frames, 65 on average, as in CASME II at 200 frames per
    second (Yan et al. 2014: at most half a second). The apex comes after 32 to 48 % of these
    frames. Two to eight neutral frames precede the onset, and two to eight follow the offset.

    Args:
        rng: Random numbers.
        blinks: Share of clips in which the eyes blink.
        pace: The frame rate in units of :data:`FRAME_RATE`; there are at least six frames.
    """
    duration, rise = _sample_duration(rng, pace)
    before, after = (int(n) for n in rng.integers(2, 9, 2))
    early, late = rng.uniform(0.8, 1.4, 2)
    level = expression_course(before, rise, duration - rise, after, (early, late))
    drift = drift_course(len(level), rng, pace)
    lids = np.zeros(len(level))
    if rng.random() < blinks:
        lids = blink_course(len(level), int(rng.integers(len(level) - _blink(pace)[0])), pace)
    return Course(before, before + rise, before + duration, level, lids, drift)


def _sample_duration(
    rng: np.random.Generator, pace: float, seconds: tuple[float, float] | None = None
) -> tuple[int, int]:
    """The numbers of frames from the onset to the offset, and to the apex.

    ``seconds`` are the shortest and the longest time; None gives those of a micro-expression.
    """
    if seconds is None:
        duration = max(6, round(pace * int(np.clip(rng.normal(65, 20), 25, 100))))
    else:
        duration = round(pace * FRAME_RATE * rng.uniform(*seconds))
    return duration, round(duration * rng.uniform(0.32, 0.48))


REST = (1.0, 4.0)
"""Shortest and longest time in seconds before, between and after the expressions of a video."""
MACRO = (0.6, 3.0)
"""Shortest and longest time in seconds of a macro-expression."""


class Moment(NamedTuple):
    """The frames of an expression in a video."""

    onset: int
    apex: int
    offset: int
    macro: bool = False
    """Whether it lasts longer than a micro-expression."""


def sample_video_course(
    rng: np.random.Generator,
    pace: float,
    most: int = 3,
    macros: float = 0.0,
    blinks: float = 0.0,
) -> tuple[Course, list[Moment]]:
    """Draw the course of a video with one to ``most`` expressions, and the moments of each.

    Args:
        rng: Random numbers.
        pace: The frame rate in units of :data:`FRAME_RATE`.
        most: The largest number of expressions.
        macros: The share of macro-expressions, which last longer and are as strong; one expression
            is always a micro-expression.
        blinks: Share of videos in which the eyes blink, every few seconds.

    Returns:
        The course, whose onset, apex and offset are those of the first expression; and the moments
        of each expression, in order.
    """
    levels: list[np.ndarray] = []
    moments: list[Moment] = []
    start, count = 0, int(rng.integers(1, most + 1))
    macro = [False] * count
    if macros:
        macro = [bool(one) for one in rng.random(count) < macros]
        macro[int(rng.integers(count))] = False
    for longer in macro:
        rest = round(pace * FRAME_RATE * rng.uniform(*REST))
        duration, rise = _sample_duration(rng, pace, MACRO if longer else None)
        powers = (float(rng.uniform(0.8, 1.4)), float(rng.uniform(0.8, 1.4)))
        level = expression_course(rest, rise, duration - rise, 0, powers)
        levels.append(level[:-1])
        begin = start + rest
        moments.append(Moment(begin, begin + rise, begin + duration, longer))
        start += len(level) - 1
    levels.append(np.zeros(round(pace * FRAME_RATE * rng.uniform(*REST))))
    level = np.concatenate(levels)
    drift = drift_course(len(level), rng, pace)
    lids = np.zeros(len(level))
    if blinks and rng.random() < blinks:
        lids = blinking_course(len(level), rng, pace)
    return Course(*moments[0][:3], level, lids, drift), moments
