"""The speed of finding the apex of a clip against the length of the clip."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from mmfer.engine.speed.curves import check_values
from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.turns import Times, take_turns
from mmfer.faces.clips.apex_spotter import METHODS, ApexSpotter
from mmfer.synthetic.render.renderer import Renderer
from mmfer.synthetic.render.scene import Person, Scene

PHASES = 12
"""Number of different frames; longer clips repeat them."""


def rendered_clip(frames: int, size: int) -> tuple[list[np.ndarray], np.ndarray]:
    """A made-up face that opens and closes its mouth: frames, and landmarks (T, 68, 2).

    Args:
        frames: Number of frames.
        size: Height and width of a frame in pixels.
    """
    renderer, phases = Renderer(), min(frames, PHASES)
    drawn = []
    for number in range(phases):
        opened = 0.4 * math.sin(math.pi * number / phases) ** 2
        drawn.append(renderer.render(Person(), Scene(face_units={'jawOpen': opened}), size))
    chosen = [drawn[number % phases] for number in range(frames)]
    return [one.image for one in chosen], np.stack([one.landmarks for one in chosen])


def clip_speed(lengths: Sequence[int], size: int, times: Times) -> list[Row]:
    """Measure :class:`ApexSpotter` with each method on made-up clips; all take turns.

    The landmarks are given, so finding them does not count.

    Args:
        lengths: Numbers of frames, from 3.
        size: Height and width of a frame in pixels.
        times: How long and by which clock clips are measured.

    Returns:
        A row for each method and length; speeds are frames per second, and ratios relate to the
        first length with the same method.

    Raises:
        ValueError: If a length is too short, or given twice.
    """
    check_values('frames', lengths, least=3)
    frames, landmarks = rendered_clip(max(lengths), size)
    named = [(method, length) for method in METHODS for length in lengths]
    spotters: dict[str, Any] = {method: ApexSpotter(method) for method in METHODS}
    steps = [partial(spotters[name], frames[:n], landmarks[:n]) for name, n in named]
    first = [number - number % len(lengths) for number in range(len(steps))]
    sizes = [length for _, length in named]
    speeds = take_turns(steps, sizes, times.repeats, times.seconds, times.timer, first)
    rows = []
    for (method, length), speed in zip(named, speeds, strict=True):
        names = {'model': f'ApexSpotter, {method}', 'frames': str(length)}
        facts = {'ms a clip': f'{1000 * length / speed.median:.0f}'}
        rows.append(Row(names, {RATE: speed}, facts))
    return rows
