"""What disturbs a clip beside its expression: a turning head, changing light, and speech."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

PERIOD = (160, 400)
"""Shortest and longest period of the head's turn and of the light, in frames."""
VISEMES: tuple[Mapping[str, float], ...] = (
    {'26': 0.35, '25': 0.4},
    {'26': 0.2, '20': 0.2, '25': 0.3},
    {'18': 0.5, '26': 0.15},
    {'22': 0.4, '26': 0.1},
    {'24': 0.3},
)
"""Action units of the mouth in a syllable: open, wide, pursed, rounded and pressed lips. The levels
are our choice."""
SYLLABLE = (30, 55)
"""Shortest and longest syllable, in frames: about four to seven in a second."""


@dataclass(frozen=True)
class Disturbances:
    """What disturbs a clip of T frames."""

    turn: np.ndarray
    """(T, 2): yaw and pitch in degrees, beside the pose of the scene."""
    light: np.ndarray
    """(T, 3): azimuth and elevation of the key light in degrees and its relative strength, beside
    the light of the scene."""
    mouth: Mapping[str, np.ndarray]
    """(T,) levels of each action unit of speech; empty if nobody talks."""

    def speech(self) -> tuple[int, int] | None:
        """The first and the last frame in which the mouth speaks, or None."""
        moving = np.flatnonzero(sum(self.mouth.values(), np.zeros(len(self.turn))))
        return (int(moving[0]), int(moving[-1])) if len(moving) else None


def slow_waves(
    frames: int, amplitudes: tuple[float, ...], rng: np.random.Generator, pace: float
) -> np.ndarray:
    """Waves (T, C), one for each amplitude, whose mean over the frames is 0.

    ``pace`` is the frame rate in units of
    :data:`mmfer.synthetic.expressions.motion_course.FRAME_RATE`.
    """
    rate = 2 * np.pi / (pace * rng.uniform(*PERIOD, len(amplitudes)))
    phase = rng.uniform(0, 2 * np.pi, len(amplitudes))
    waves = np.array(amplitudes) * np.sin(rate * np.arange(frames)[:, None] + phase)
    return np.asarray(waves - waves.mean(0))


def speech(frames: int, rng: np.random.Generator, pace: float = 1.0) -> dict[str, np.ndarray]:
    """Levels (T,) of the action units of a mouth that talks from a random frame to the end."""
    levels = {unit: np.zeros(frames) for viseme in VISEMES for unit in viseme}
    start = int(rng.integers(frames * 2 // 3))
    while start < frames:
        length = max(3, round(pace * rng.uniform(*SYLLABLE)))
        shape = np.sin(np.pi * np.arange(length) / length) ** 2
        shown = slice(start, min(start + length, frames))
        for unit, level in VISEMES[int(rng.integers(len(VISEMES)))].items():
            levels[unit][shown] += level * shape[: shown.stop - start]
        start += length
    return levels


def sample_disturbances(
    frames: int,
    turn: tuple[float, float],
    light: tuple[float, float, float],
    talking: float,
    rng: np.random.Generator,
    pace: float = 1.0,
) -> Disturbances:
    """Draw the disturbances of a clip of ``frames`` frames.

    Args:
        frames: Number of frames.
        turn: Amplitudes of yaw and pitch, in degrees.
        light: Amplitudes of the light's azimuth and elevation, in degrees, and of its relative
            strength.
        talking: Share of clips in which the mouth talks.
        rng: Random numbers.
        pace: The frame rate in units of
            :data:`mmfer.synthetic.expressions.motion_course.FRAME_RATE`.
    """
    turns, lights = (slow_waves(frames, waves, rng, pace) for waves in (turn, light))
    mouth = speech(frames, rng, pace) if rng.random() < talking else {}
    return Disturbances(turns, lights, mouth)
