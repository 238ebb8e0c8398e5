"""The measure of spotting micro-expressions in long videos, as in the challenges MEGC."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Interval = tuple[int, int]
"""The first and the last frame, both included."""
LEAST_IOU = 0.5


def interval_iou(one: Interval, other: Interval) -> float:
    """The number of common frames divided by the number of frames of either interval.

    Example:
        >>> interval_iou((1, 4), (3, 6))
        0.3333333333333333
    """
    common = min(one[1], other[1]) - max(one[0], other[0]) + 1
    together = max(one[1], other[1]) - min(one[0], other[0]) + 1
    return max(common, 0) / together if common > 0 else 0.0


@dataclass(frozen=True)
class SpottingScore:
    """The counts over all videos, and the measures in percent.

    Args:
        true_positives: The number of true intervals that were found.
        found: The number of found intervals.
        true: The number of true intervals.
    """

    true_positives: float
    found: float
    true: float

    @property
    def precision(self) -> float:
        """The share of found intervals that are right; 0 if none was found."""
        return 100 * self.true_positives / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of true intervals that were found; 0 if there is none."""
        return 100 * self.true_positives / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.found + self.true
        return 200 * self.true_positives / both if both else 0.0


def matched(
    found: Sequence[Interval], true: Sequence[Interval], least: float = LEAST_IOU
) -> list[tuple[int, int]]:
    """The positions of found and true intervals that belong together, each at most once.

    Pairs of the largest intersection over union come first; it must be ``least`` or more.
    """
    pairs = sorted(
        (-interval_iou(one, other), i, k)
        for i, one in enumerate(found)
        for k, other in enumerate(true)
    )
    taken: list[tuple[int, int]] = []
    for negative, i, k in pairs:
        if -negative >= least and all(i != a and k != b for a, b in taken):
            taken.append((i, k))
    return sorted(taken)


def spotting_score(
    found: Sequence[Sequence[Interval]],
    true: Sequence[Sequence[Interval]],
    least: float = LEAST_IOU,
) -> SpottingScore:
    """The score of intervals of several videos; the counts are added before any division.

    Args:
        found: The found intervals of each video.
        true: The true intervals of each video.
        least: The least intersection over union of a found and a true interval.
    """
    hits = sum(len(matched(a, b, least)) for a, b in zip(found, true, strict=True))
    return SpottingScore(hits, sum(map(len, found)), sum(map(len, true)))


def chance_score(
    spans: Sequence[Interval],
    true: Sequence[Sequence[Interval]],
    draws: int = 1000,
    seed: int = 0,
    as_many: bool = False,
) -> SpottingScore:
    """The mean score of intervals of the mean true length at random places of each video.

    Args:
        spans: The first and the last frame of each video.
        true: The true intervals of each video.
        draws: The number of random placements.
        seed: Seed of the placements.
        as_many: Whether a video has as many intervals as true ones; otherwise it has one.

    Raises:
        ValueError: If there is no true interval.
    """
    lengths = [last - first + 1 for video in true for first, last in video]
    if not lengths:
        raise ValueError('No video has a true interval, so there is no mean length.')
    length = round(float(np.mean(lengths)))
    rng = np.random.default_rng(seed)
    hits, found = 0, 0
    for (first, last), intervals in zip(spans, true, strict=True):
        count = len(intervals) if as_many else 1
        found += count
        starts = rng.integers(first, max(first, last - length + 1) + 1, (draws, count))
        hits += sum(
            len(matched([(int(start), int(start) + length - 1) for start in row], intervals))
            for row in starts
        )
    return SpottingScore(hits / draws, found, len(lengths))
