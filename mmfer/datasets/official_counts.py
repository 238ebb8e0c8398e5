"""Comparison of the images on disk with the official release."""

from collections.abc import Mapping, Sequence
from logging import WARNING
from pathlib import Path

import numpy as np
from mmengine.logging import print_log


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
    if differences:
        each = f': {", ".join(differences)}' if len(official) > 1 else ''
        print_log(
            f'"{root}" is not the official {name}: {sum(found.values())} {part} {unit} instead of '
            f'{sum(official.values())}{each}. Its results compare to no '
            'published ones.',
            logger='current',
            level=WARNING,
        )


def class_counts(labels: Sequence[int], classes: Sequence[str]) -> dict[str, int]:
    """The number of images of each class."""
    counts = np.bincount(np.asarray(labels, dtype=np.int64), minlength=len(classes))
    return dict(zip(classes, counts.tolist(), strict=True))
