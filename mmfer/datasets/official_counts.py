"""Comparison of the images on disk with the official release."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from logging import WARNING
from pathlib import Path

import numpy as np
from mmengine.logging import print_log


@dataclass(frozen=True)
class CountCheck:
    """A comparison with the official release.

    Args:
        name: The data set and the part.
        found: The number of items.
        official: The official number.
        difference: What differs; empty if nothing.
    """

    name: str
    found: int
    official: int
    difference: str


_CHECKS: ContextVar[list[CountCheck] | None] = ContextVar('count_checks', default=None)


@contextmanager
def recorded_counts() -> Iterator[list[CountCheck]]:
    """A context that records the comparisons of the readers that are built in it."""
    found: list[CountCheck] = []
    token = _CHECKS.set(found)
    try:
        yield found
    finally:
        _CHECKS.reset(token)


def compare_counts(
    name: str,
    root: Path,
    part: str,
    found: Mapping[str, int],
    official: Mapping[str, int],
    unit: str = 'images',
) -> None:
    """Log a warning if a part of a data set does not have the official number of images.

    Args:
        name: The data set.
        root: Its folder.
        part: The name of the part in the message.
        found: The number of images of each class, or of all images as ``{'all': ...}``.
        official: The same numbers in the official release.
        unit: Name of the counted items.
    """
    differences = [
        f'{key} {found.get(key, 0)} (official {count})'
        for key, count in official.items()
        if found.get(key, 0) != count
    ]
    recorded = _CHECKS.get()
    if recorded is not None:
        counts = sum(found.values()), sum(official.values())
        recorded.append(CountCheck(f'{name}, {part} {unit}', *counts, ', '.join(differences)))
    if differences:
        each = f': {", ".join(differences)}' if len(official) > 1 else ''
        print_log(
            f'"{root}" is not the official {name}: {sum(found.values())} {part} {unit} instead of '
            f'{sum(official.values())}{each}. Results are not comparable with published results.',
            logger='current',
            level=WARNING,
        )


def class_counts(labels: Sequence[int], classes: Sequence[str]) -> dict[str, int]:
    """The number of images of each class."""
    counts = np.bincount(np.asarray(labels, dtype=np.int64), minlength=len(classes))
    return dict(zip(classes, counts.tolist(), strict=True))
