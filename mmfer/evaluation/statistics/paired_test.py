"""Tests of whether two models differ on the same images."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from mmfer.evaluation.statistics.bootstrap import (
    Interval,
    Judge,
    judged_draws,
    percentile_interval,
)


@dataclass(frozen=True)
class McNemar:
    """The exact test of McNemar.

    Args:
        only_first: Images that only the first model answers rightly.
        only_second: Images that only the second model answers rightly.
        p_value: The probability of a difference at least as large if both were equally good.
    """

    only_first: int
    only_second: int
    p_value: float


def mcnemar_exact(first: np.ndarray, second: np.ndarray) -> McNemar:
    """Test whether two models are right equally often (McNemar, Psychometrika 12, 1947).

    Only the images on which one model is right and the other is wrong count. If both models are
    equally good, each of the two cases has the probability 1/2, so the number of one case has a
    binomial distribution; the test is two-sided. The images count as independent.

    Args:
        first, second: Whether each model is right on each image, (N,) bool.

    Raises:
        ValueError: If the lengths differ.
    """
    if first.shape != second.shape:
        raise ValueError(f'{len(first)} and {len(second)} images: give the same images to both.')
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    count = only_first + only_second
    p_value = float(binomtest(only_first, count).pvalue) if count else 1.0
    return McNemar(only_first, only_second, p_value)


@dataclass(frozen=True)
class Difference:
    """The values of a measure for two models, and the second minus the first.

    Args:
        first, second: The values; None if undefined.
        interval: The bootstrap interval of the difference; None if undefined.
        p_value: Two-sided, from the share of draws on either side of 0; None if undefined.
    """

    first: float | None
    second: float | None
    interval: Interval | None
    p_value: float | None

    @property
    def difference(self) -> float | None:
        """The second value minus the first."""
        if self.first is None or self.second is None:
            return None
        return self.second - self.first


def paired_bootstrap(
    first: Judge, second: Judge, draws: Iterator[np.ndarray], size: int, level: float = 0.95
) -> dict[str, Difference]:
    """Compare the measures that two models have, over the same draws of images.

    The p-value is twice the smaller of the shares of draws with a difference of at most and of at
    least 0, with one added to the number of draws on each side (Davison and Hinkley, Bootstrap
    Methods and their Application, 1997, eq. 4.11), so it is never 0.

    Args:
        first, second: Return the measures of the samples with the given indices.
        draws: Indices, from :func:`mmfer.evaluation.statistics.bootstrap.bootstrap_draws`.
        size: The number of samples.
        level: The share of draws inside an interval.
    """
    indices = list(draws)
    ours = judged_draws(first, iter(indices))
    theirs = judged_draws(second, iter(indices))
    whole = np.arange(size)
    values = first(whole), second(whole)
    found = {}
    for name in (name for name in ours if name in theirs):
        changes = [
            None if a is None or b is None else b - a
            for a, b in zip(ours[name], theirs[name], strict=True)
        ]
        interval = percentile_interval(changes, level)
        known = np.array([change for change in changes if change is not None])
        p_value = None
        if interval is not None:
            sides = min((known <= 0).sum(), (known >= 0).sum())
            p_value = min(1.0, float(2 * (sides + 1) / (len(known) + 1)))
        found[name] = Difference(values[0].get(name), values[1].get(name), interval, p_value)
    return found
