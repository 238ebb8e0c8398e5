"""Bootstrap: how much a measure would vary with other images, or other persons."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

Measures = Mapping[str, float | None]
Judge = Callable[[np.ndarray], Measures]
"""The measures of the samples with the given indices; None where a measure is undefined."""
Interval = tuple[float, float]
DEFINED = 0.95
"""The smallest share of draws in which a measure must be defined to get an interval."""


def bootstrap_draws(
    size: int, persons: Sequence[str | None] | None = None, draws: int = 1000, seed: int = 0
) -> Iterator[np.ndarray]:
    """Yield indices of samples drawn with replacement.

    Images of one person resemble each other, so with ``persons`` whole persons are drawn, each with
    all images (the cluster bootstrap; Davison and Hinkley, Bootstrap Methods and their Application,
    1997, section 3.8). An image of an unknown person counts as a person.

    Args:
        size: The number of samples.
        persons: The person of each sample; None draws single samples.
        draws: The number of draws.
        seed: Seed of the draws.

    Raises:
        ValueError: If there are no samples or no draws, or the persons are not one per sample.
    """
    if size < 1 or draws < 1:
        raise ValueError(f'{draws} bootstrap draws of {size} samples: give at least 1 of each.')
    rng = np.random.default_rng(seed)
    if persons is None:
        for _ in range(draws):
            yield rng.integers(0, size, size)
        return
    if len(persons) != size:
        raise ValueError(f'{len(persons)} persons for {size} samples: give one for each sample.')
    images: dict[str | int, list[int]] = {}
    for index, person in enumerate(persons):
        images.setdefault(index if person is None else str(person), []).append(index)
    groups = [np.array(members) for members in images.values()]
    for _ in range(draws):
        yield np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])


def bootstrap_intervals(
    judge: Judge, draws: Iterator[np.ndarray], level: float = 0.95
) -> dict[str, Interval | None]:
    """Percentile intervals of measures.

    Args:
        judge: Returns the measures of the samples with the given indices.
        draws: Indices, from :func:`bootstrap_draws`.
        level: The share of draws inside an interval.

    Returns:
        The interval of each measure. None for a measure that is undefined in more than 5 % of the
        draws, such as the recall of a class with a single image.

    Example:
        >>> judge = lambda index: {'accuracy': float(right[index].mean())}
        >>> bootstrap_intervals(judge, bootstrap_draws(len(right)))
        {'accuracy': (0.61, 0.68)}
    """
    return {
        name: percentile_interval(values, level)
        for name, values in judged_draws(judge, draws).items()
    }


def judged_draws(judge: Judge, draws: Iterator[np.ndarray]) -> dict[str, list[float | None]]:
    """The value of each measure in each draw."""
    found: dict[str, list[float | None]] = {}
    for index in draws:
        for name, value in judge(index).items():
            found.setdefault(name, []).append(value)
    return found


def percentile_interval(values: Sequence[float | None], level: float = 0.95) -> Interval | None:
    """The central interval of the values of draws; None if too many are undefined.

    Raises:
        ValueError: If ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f'level={level}: give a share between 0 and 1, such as 0.95.')
    defined = [value for value in values if value is not None]
    if not defined or len(defined) < DEFINED * len(values):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
