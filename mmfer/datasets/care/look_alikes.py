"""Pairs of images that show the same, although their files differ."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from mmfer.datasets.care.fingerprints import Fingerprint, face_of

MOST_BITS = 4
"""The number of different bits of two hashes of which images are compared."""
SIDE = 32
"""The side in pixels of the gray images that are compared."""
ALIKE = 0.98
"""The smallest correlation of the gray levels of images that show the same."""
CHUNK = 1024


def look_alikes(
    samples: Sequence[Mapping[str, Any]], prints: Sequence[Fingerprint]
) -> list[tuple[int, int]]:
    """Pairs of samples whose files differ, but whose images show the same.

    Images with nearly the same hash are candidates; faces in the same pose resemble each other, so
    each candidate is confirmed by the correlation of the gray levels at 32 x 32 pixels.

    Args:
        samples: The samples.
        prints: Their fingerprints.

    Returns:
        Ascending pairs of numbers of samples.
    """

    @lru_cache(maxsize=20_000)
    def levels(number: int) -> np.ndarray:
        gray = cv2.cvtColor(face_of(samples[number]), cv2.COLOR_BGR2GRAY)
        small = cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        small -= small.mean()
        return small.ravel() / max(float(np.linalg.norm(small)), 1e-6)

    return [
        (first, second)
        for first, second in _near(prints)
        if float(levels(first) @ levels(second)) >= ALIKE
    ]


def _near(prints: Sequence[Fingerprint]) -> Iterator[tuple[int, int]]:
    """Pairs of different files with at most :data:`MOST_BITS` different bits of the hash."""
    known = [i for i, one in enumerate(prints) if one.bits is not None and not one.flat]
    if not known:
        return
    signs = np.array([prints[i].bits for i in known], dtype=np.float32) * 2 - 1
    least = signs.shape[1] - 2 * MOST_BITS
    for start in range(0, len(known), CHUNK):
        products = signs[start : start + CHUNK] @ signs[start:].T
        for row, column in zip(*np.nonzero(products >= least), strict=True):
            first, second = known[start + row], known[start + column]
            if first < second and prints[first].digest != prints[second].digest:
                yield first, second
