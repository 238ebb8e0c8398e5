"""Images that show the same, although their files differ."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from mmfer.datasets.care.fingerprints import Fingerprint, face_of, has_box
from mmfer.datasets.files.images import load_sample

MOST_BITS = 4
"""The number of different bits of two hashes of which images are compared."""
SIDE = 32
"""The side in pixels of the gray images that are compared."""
ALIKE = 0.98
"""The smallest correlation of the gray levels of images that show the same."""
PIECES = 5
"""The number of pieces of a hash; of hashes with fewer different bits, one piece is equal."""
CHUNK = 512
NONE = np.iinfo(np.int64).max
"""Stands for no image."""


def first_look_alikes(
    samples: Sequence[Mapping[str, Any]], prints: Sequence[Fingerprint], firsts: np.ndarray
) -> np.ndarray:
    """Find, for each sample, the first image of each kind in another file that shows the same.

    Images with nearly the same hash are candidates; faces in the same pose resemble each other, so
    each candidate is confirmed by the correlation of the gray levels at 32 x 32 pixels. Only hashes
    with an equal piece are compared.

    Two faces with a ``face_box`` are compared, and otherwise the whole images.

    Args:
        samples: The G samples, of which no two are the same face of the same bytes.
        prints: Their fingerprints.
        firsts: (G, K) int64, the number of the first image of each kind among the copies of each
            sample; :data:`NONE` if no copy is of this kind.

    Returns:
        (G, K) int64, the smallest such number over all samples that show the same.
    """
    boxed = np.array([has_box(sample) for sample in samples], bool)
    faces = [None if one.flat else one.bits for one in prints]
    found = _alike(_near(faces), firsts, lambda number: face_of(samples[number]))
    if boxed.all() or not boxed.any():
        return found
    wholes = [
        one.whole if box else bits for one, bits, box in zip(prints, faces, boxed, strict=True)
    ]
    mixed = (
        (rows, columns, near & (boxed[rows][:, None] != boxed[columns]))
        for rows, columns, near in _near(wholes)
    )
    return np.minimum(found, _alike(mixed, firsts, lambda number: load_sample(samples[number])))


def _alike(
    blocks: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]],
    firsts: np.ndarray,
    load: Callable[[int], np.ndarray],
) -> np.ndarray:
    """Confirm the near pairs of the blocks by the gray levels of their images."""

    @lru_cache(maxsize=20_000)
    def levels(number: int) -> np.ndarray:
        gray = cv2.cvtColor(load(number), cv2.COLOR_BGR2GRAY)
        small = cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        small -= small.mean()
        return small.ravel() / max(float(np.linalg.norm(small)), 1e-6)

    found = np.full_like(firsts, NONE)
    for rows, columns, near in blocks:
        first, second = (np.stack([levels(int(i)) for i in members]) for members in (rows, columns))
        alike = near & (first @ second.T >= ALIKE)
        for kind in range(firsts.shape[1]):
            numbers = np.where(alike, firsts[columns, kind], NONE).min(axis=1)
            found[rows, kind] = np.minimum(found[rows, kind], numbers)
    return found


def _near(
    hashes: Sequence[np.ndarray | None],
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Blocks of samples whose hashes differ in at most :data:`MOST_BITS` bits.

    Each block has rows (R,), columns (C,) and whether each pair is near (R, C). A pair may be in
    several blocks, and is there in both directions.
    """
    known = np.array([i for i, one in enumerate(hashes) if one is not None])
    if not len(known):
        return
    bits = np.array([hashes[i] for i in known])
    signs = bits.astype(np.float32) * 2 - 1
    least = bits.shape[1] - 2 * MOST_BITS
    for piece in np.array_split(bits, PIECES, axis=1):
        for members in _equal_rows(piece):
            for start in range(0, len(members), CHUNK):
                rows = members[start : start + CHUNK]
                near = (signs[rows] @ signs[members].T >= least) & (rows[:, None] != members)
                some_rows, some_columns = near.any(axis=1), near.any(axis=0)
                if some_rows.any():
                    block = near[some_rows][:, some_columns]
                    yield known[rows[some_rows]], known[members[some_columns]], block


def _equal_rows(piece: np.ndarray) -> Iterator[np.ndarray]:
    """The numbers of equal rows of bits, for all rows that occur more than once."""
    values = piece @ (1 << np.arange(piece.shape[1]))
    order = np.argsort(values, kind='stable')
    starts = np.nonzero(np.diff(values[order]))[0] + 1
    yield from (members for members in np.split(order, starts) if len(members) > 1)
