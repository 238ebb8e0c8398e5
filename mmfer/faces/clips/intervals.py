"""Intervals of micro-expressions in the course of a long video."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

SHORTEST, LONGEST = 0.1, 0.525
"""Limits in seconds of the interval of a micro-expression, which lasts at most half a second."""
SMOOTHING = 1 / 13
"""Standard deviation of the filter in time, as a share of the longest expression: 40 ms."""
CHANGED = 0.1
"""The share of the cells, those that change most, whose mean is the strength of a change."""
LEAST_USUAL = 1e-4
"""What changes anyway, as a share of the mean grey value, also in frames without noise."""
BLOCK = 20_000
"""Frames that are searched together, some 300 MB; longer videos are searched piece by piece."""
RETURNED = 1.5
"""An expression that lasts leaves the cells elsewhere, by so many times its change."""
LONGER = 2
LASTING = 1.4
"""An expression lasts longer if its change over a window :data:`LONGER` times as long is so many
times as large."""


@dataclass(frozen=True)
class IntervalOptions:
    """What counts as a micro-expression in a video.

    Args:
        strength: The least strength of a change, in units of what usually changes in this video.
        least: The least number of frames of an interval.
        most: The largest number of frames of an interval.

    Raises:
        ValueError: If the strength is not positive, or the numbers of frames are no range.
    """

    strength: float = 2.85
    least: int = 3
    most: int = 16

    def __post_init__(self) -> None:
        if not 0 < self.strength < float('inf'):
            raise ValueError(f'strength={self.strength}: give a positive number, such as 2.85.')
        if not 1 <= self.least <= self.most:
            raise ValueError(
                f'least={self.least}, most={self.most}: give numbers of frames, 1 or more, of '
                'which the first is not larger.'
            )


def frame_limits(fps: float) -> tuple[int, int]:
    """The least and the largest number of frames of an interval: 3 and 16 at 30 frames/s.

    Example:
        >>> frame_limits(200)
        (20, 105)
    """
    return max(1, round(SHORTEST * fps)), max(1, round(LONGEST * fps))


class BriefChanges:
    r"""How each frame of a video differs from the frames half of the longest expression away.

    With the window k and the cells :math:`x_t`, smoothed in time, the brief change is
    :math:`d_t = x_t - (x_{t-k} + x_{t+k}) / 2`. A turn of the head or a change of the light that is
    slow next to k cancels, whatever its direction. In the first and the last k frames, d is 0. Each
    cell is divided by its usual change, so that a cell with noise, speech or a turning edge has to
    change more than a quiet one. At least half of the frames must show the face without an
    expression.

    Args:
        cells: (T, C), the grey values of C cells of the face in T frames, see
            :func:`mmfer.faces.clips.apex_registered.face_cells`.
        window: The number of frames k.
        smoothing: Standard deviation of the filter in time, in frames.

    Attributes:
        smooth: (T, C), the cells, smoothed in time.
        change: (T, C), the changes of the cells.
        usual: (C,), the usual change of each cell: the root mean square of its own, the standard
            deviation from the median if it is normal, and of the median of all cells.
        strength: (T,), the mean of the tenth of the cells that change most, in usual changes.
    """

    def __init__(self, cells: np.ndarray, window: int, smoothing: float) -> None:
        self.smooth = gaussian_filter1d(cells, smoothing, axis=0, mode='reflect')
        self.change = np.zeros_like(self.smooth)
        inside = slice(window, max(window, len(cells) - window))
        before, after = self.smooth[: -2 * window], self.smooth[2 * window :]
        self.change[inside] = self.smooth[inside] - (before + after) / 2
        usual = np.zeros(cells.shape[1])
        if len(before):
            usual = np.median(np.abs(self.change[inside]), axis=0) / 0.6745
        # In a short video, some cells change little by chance, so the others count, too.
        self.usual = np.sqrt((usual**2 + np.median(usual) ** 2) / 2) + LEAST_USUAL
        self.count = max(1, round(CHANGED * cells.shape[1]))
        sizes = np.abs(self.change) / self.usual
        self.strength = np.partition(sizes, -self.count, axis=1)[:, -self.count :].mean(axis=1)

    def direction(self, frame: int) -> np.ndarray:
        """(C,), the change of the cells that change most in a frame; 0 for the others."""
        sizes = self.change[frame] / self.usual
        most = np.abs(sizes).argsort()[-self.count :]
        direction = np.zeros_like(sizes)
        direction[most] = np.sign(sizes[most]) / self.usual[most]
        return direction

    def left(self, first: int, last: int, window: int, direction: np.ndarray) -> float:
        """How far the cells are from before an interval to after it, apart from a steady drift.

        Both sides are a window long, and half a window away. The drift is that within the sides, so
        a slow turn of the head leaves nothing.
        """
        apart = window // 2
        first, last = first - apart, last + apart
        sides = (
            self.smooth[max(0, first - window) : max(0, first)],
            self.smooth[last + 1 :][:window],
        )
        if min(map(len, sides)) < 2:
            return 0.0
        courses = [side @ direction for side in sides]
        centers = [first - len(courses[0]) / 2, last + 1 + len(courses[1]) / 2]
        drift = np.mean([np.polyfit(np.arange(len(one)), one, 1)[0] for one in courses])
        moved = courses[1].mean() - courses[0].mean() - drift * (centers[1] - centers[0])
        return abs(float(moved))


def brief_intervals(
    cells: np.ndarray, options: IntervalOptions = IntervalOptions()
) -> tuple[list[tuple[int, int]], np.ndarray]:
    """The intervals in which a face changes for a short time, and the strength in each frame.

    A peak of the strength counts if it is strong enough and the strongest within the longest
    expression. Its interval reaches on both sides to where the change of its cells has gone, and
    must have a permitted length. If these cells change clearly more over a window twice as long, or
    are elsewhere after the interval, the expression lasts longer, or the head turns, and the
    interval does not count. Of intervals that overlap, the stronger one is kept. Nothing is found
    within half of the longest expression of the ends, where its before or after is missing.

    Args:
        cells: (T, C), the grey values of C cells of the face in T frames.
        options: What counts as an expression.

    Returns:
        The positions of the first and the last frame of each interval, in order; and (T,), the
        strength, see :class:`BriefChanges`.
    """
    cells = np.asarray(cells, dtype=np.float32)
    window = max(1, options.most // 2)
    brief = BriefChanges(cells, window, SMOOTHING * options.most)
    longer = BriefChanges(cells, LONGER * window, SMOOTHING * options.most).change
    peaks = find_peaks(np.pad(brief.strength, 1))[0] - 1
    free = np.ones(len(cells), bool)
    kept: list[tuple[int, int]] = []
    for peak in peaks[np.argsort(-brief.strength[peaks], kind='stable')]:
        if brief.strength[peak] < options.strength:
            break
        if not free[peak]:
            continue
        around = slice(max(0, peak - options.most), peak + options.most + 1)
        free[around] = False
        direction = brief.direction(peak)
        gone = np.flatnonzero(brief.change[around] @ direction <= 0) + around.start
        first = int(max(gone[gone < peak], default=around.start))
        last = int(min(gone[gone > peak], default=min(around.stop, len(cells)) - 1))
        near = slice(max(0, peak - window), peak + window + 1)
        grown = float((longer[near] @ direction).max())
        size = float(brief.change[peak] @ direction)
        lasting = grown > LASTING * size
        if not lasting:
            lasting = brief.left(first, last, window, direction) > RETURNED * size
        apart = all(last < other[0] or first > other[1] for other in kept)
        if apart and not lasting and options.least <= last - first + 1 <= options.most:
            kept.append((first, last))
    return sorted(kept), brief.strength


def streamed_intervals(
    cells: Iterable[np.ndarray], options: IntervalOptions = IntervalOptions()
) -> tuple[list[tuple[int, int]], np.ndarray]:
    """:func:`brief_intervals` of the cells (C,) of one frame after the other, of any number.

    A video of more than 20,000 frames is searched in overlapping pieces, so that its cells are
    never in memory all at once; what is usual is that of each piece.
    """
    edge = 2 * options.most
    length = max(BLOCK, 20 * options.most)
    kept: list[tuple[int, int]] = []
    strengths: list[np.ndarray] = []
    piece: list[np.ndarray] = []
    start = 0

    def search(last: bool) -> None:
        found, strength = brief_intervals(np.stack(piece), options)
        low, high = (edge if start else 0), len(piece) - (0 if last else edge)
        kept.extend((start + a, start + b) for a, b in found if low <= (a + b) // 2 < high)
        strengths.append(strength[low:high])

    for frame in cells:
        if len(piece) == length:
            search(last=False)
            start += length - 2 * edge
            piece = piece[length - 2 * edge :]
        piece.append(np.asarray(frame, dtype=np.float32))
    search(last=True)
    return kept, np.concatenate(strengths)
