"""What identifies an image: its bytes, and a hash of what it shows."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from mmfer.datasets.files.images import BrokenImageError, load_sample

HASH_SIDE = 8
"""The hash has this number of bits, squared."""
FLAT = 2.0
"""An image whose gray levels have a smaller standard deviation shows nothing."""
THREADS = 4


@dataclass(frozen=True)
class Fingerprint:
    """What identifies an image.

    Args:
        digest: SHA-256 of the file; of the pixels for an image in a packed file.
        bits: The difference hash of the face, or of the image without a ``face_box``, (64,) bool.
        flat: Whether this is of one color, so that its hash says nothing.
        problem: Why the image cannot be read; empty if it can.
        whole: The difference hash of the image, if it has a ``face_box`` and is not of one color.
    """

    digest: str = ''
    bits: np.ndarray | None = None
    flat: bool = False
    problem: str = ''
    whole: np.ndarray | None = None


def fingerprint(sample: Mapping[str, Any]) -> Fingerprint:
    """Decode the image of a sample completely and identify it.

    The hash is the difference hash of the library ImageHash: whether each cell of a gray grid is
    brighter than its left neighbor.
    """
    try:
        image = load_sample(sample)
        digest = _digest(sample, image)
    except (BrokenImageError, OSError) as error:
        return Fingerprint(problem=getattr(error, 'reason', None) or str(error))
    bits, flat = _hash(_face(sample, image))
    if not has_box(sample):
        return Fingerprint(digest, bits, flat)
    whole, without = _hash(image)
    return Fingerprint(digest, bits, flat, whole=None if without else whole)


def _hash(image: np.ndarray) -> tuple[np.ndarray, bool]:
    """The difference hash, and whether the image is of one color."""
    import imagehash  # takes a moment to import

    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    bits = imagehash.dhash(Image.fromarray(gray), HASH_SIDE).hash.ravel()
    return bits, bool(gray.std() < FLAT)


def fingerprints(samples: Iterable[Mapping[str, Any]]) -> Iterator[Fingerprint]:
    """The fingerprints of samples, in order, by several threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(fingerprint, samples)


def has_box(sample: Mapping[str, Any]) -> bool:
    """Whether a sample has a ``face_box``."""
    return sample.get('face_box') is not None


def face_of(sample: Mapping[str, Any]) -> np.ndarray:
    """The image of a sample, (H, W, 3) uint8 BGR, cut to its ``face_box`` if it has one.

    Raises:
        BrokenImageError: If the image is missing or damaged.
    """
    return _face(sample, load_sample(sample))


def _face(sample: Mapping[str, Any], image: np.ndarray) -> np.ndarray:
    if not has_box(sample):
        return image
    x1, y1, x2, y2 = (max(0, round(float(value))) for value in sample['face_box'])
    face = image[y1:y2, x1:x2]
    return face if face.size else image


def _digest(sample: Mapping[str, Any], image: np.ndarray) -> str:
    if 'packed_image' in sample:
        return hashlib.sha256(image.tobytes()).hexdigest()
    with Path(sample['img_path']).open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()
