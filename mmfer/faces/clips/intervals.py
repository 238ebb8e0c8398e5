"""Intervals of micro-expressions from the curve of a long video."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import find_peaks, peak_widths


@dataclass(frozen=True)
class IntervalOptions:
    """What counts as an expression in a curve.

    Args:
        height: The least prominence of a peak, as a share of the most prominent peak.
        foot: An interval ends where the curve falls to this share of the prominence of its peak.
        least: The least number of frames of an interval.
        most: The largest number of frames of an interval.

    Raises:
        ValueError: If a share is not between 0 and 1, or the numbers of frames are no range.
    """

    height: float = 0.5
    foot: float = 0.15
    least: int = 3
    most: int = 16

    def __post_init__(self) -> None:
        for name in ('height', 'foot'):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f'{name}={getattr(self, name)}: give a share between 0 and 1.')
        if not 1 <= self.least <= self.most:
            raise ValueError(
                f'least={self.least}, most={self.most}: give numbers of frames, 1 or more, of '
                'which the first is not larger.'
            )


SHORTEST, LONGEST = 0.1, 0.525
"""Limits in seconds of the interval of a micro-expression, which lasts at most half a second."""


def frame_limits(fps: float) -> tuple[int, int]:
    """The least and the largest number of frames of an interval: 3 and 16 at 30 frames/s.

    Example:
        >>> frame_limits(200)
        (20, 105)
    """
    return max(1, round(SHORTEST * fps)), max(1, round(LONGEST * fps))


def curve_intervals(
    curve: np.ndarray, options: IntervalOptions = IntervalOptions()
) -> list[tuple[int, int]]:
    """The intervals in which the curve of :class:`ApexSpotter` rises and falls again.

    The rest, a running median over three times the longest expression, is subtracted. A peak counts
    if it is prominent enough; its interval reaches on both sides to the foot of the peak, and must
    have a permitted length. Of intervals that overlap, the one with the more prominent peak is
    kept.

    Args:
        curve: (T,) the strength of the expression in each frame.
        options: What counts as an expression.

    Returns:
        The positions of the first and the last frame of each interval, in order.
    """
    rest = median_filter(curve, 3 * options.most, mode='nearest')
    risen = np.clip(curve - rest, 0, None)
    peaks, found = find_peaks(risen, prominence=0)
    if not len(peaks) or risen.max() <= 0:
        return []
    prominent = found['prominences']
    _, _, left, right = peak_widths(risen, peaks, 1 - options.foot)
    kept: list[tuple[int, int]] = []
    for i in np.argsort(-prominent, kind='stable'):
        first, last = int(np.floor(left[i])), int(np.ceil(right[i]))
        if prominent[i] < options.height * prominent.max():
            break
        apart = all(last < other[0] or first > other[1] for other in kept)
        if apart and options.least <= last - first + 1 <= options.most:
            kept.append((first, last))
    return sorted(kept)
