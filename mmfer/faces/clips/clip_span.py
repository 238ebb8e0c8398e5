"""The frames of a clip from onset to offset."""

from collections.abc import Sequence

import numpy as np

from mmfer.faces.clips.clip import Clip

LEAST_FRAMES = 3


def span_positions(
    clip: Clip,
    onset: int | None,
    offset: int | None,
    names: tuple[str, str] = ('onset', 'offset'),
) -> tuple[int, int]:
    """Positions of the onset and the offset frame in a clip.

    Args:
        clip: The clip.
        onset: Number of the onset frame; None for the first frame of the clip.
        offset: Number of the offset frame; None for the last frame of the clip.
        names: What messages call the two frames.

    Raises:
        ValueError: If the clip lacks a frame, or fewer than three frames are left.
    """
    numbers = clip.numbers
    begin, end = names
    if len(numbers) < LEAST_FRAMES:
        raise ValueError(f'{clip.name} has {len(numbers)} frame(s). Give at least {LEAST_FRAMES}.')
    onset = numbers[0] if onset is None else onset
    offset = numbers[-1] if offset is None else offset
    if onset >= offset:
        raise ValueError(
            f'{clip.name}: the {begin}, frame {onset}, is not before the {end}, frame '
            f'{offset}. Swap or correct the two numbers.'
        )
    first, last = clip.position(onset, begin), clip.position(offset, end)
    if last - first + 1 < LEAST_FRAMES:
        raise ValueError(
            f'{clip.name}: no frame lies between the {begin}, {onset}, and the {end}, {offset}. '
            'Correct the two numbers.'
        )
    return first, last


def numbers_between(numbers: Sequence[int], first: int, last: int, count: int) -> list[int]:
    """The numbers of ``count`` frames evenly between two frames, each the nearest of ``numbers``.

    Example:
        >>> numbers_between(range(20), 4, 16, 3)
        [7, 10, 13]
    """
    exact = np.linspace(first, last, count + 2)[1:-1]
    return [min(numbers, key=lambda number: abs(number - wanted)) for wanted in exact]
