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
        bits: The difference hash, (64,) bool.
        flat: Whether the image is of one color, so that its hash says nothing.
        problem: Why the image cannot be read; empty if it can.
    """

    digest: str = ''
    bits: np.ndarray | None = None
    flat: bool = False
    problem: str = ''


def fingerprint(sample: Mapping[str, Any]) -> Fingerprint:
    """Decode the image of a sample completely and identify it.

    The hash is the difference hash of the library ImageHash: whether each cell of a gray grid is
    brighter than its left neighbor. If a sample has a ``face_box``, only the face counts.
    """
    try:
        image = face_of(sample)
        digest = _digest(sample, image)
    except (BrokenImageError, OSError) as error:
        return Fingerprint(problem=getattr(error, 'reason', None) or str(error))
    import imagehash  # takes a moment to import

    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    bits = imagehash.dhash(Image.fromarray(gray), HASH_SIDE).hash.ravel()
    return Fingerprint(digest, bits, bool(gray.std() < FLAT))


def fingerprints(samples: Iterable[Mapping[str, Any]]) -> Iterator[Fingerprint]:
    """The fingerprints of samples, in order, by several threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(fingerprint, samples)


def face_of(sample: Mapping[str, Any]) -> np.ndarray:
    """The image of a sample, (H, W, 3) uint8 BGR, cut to its ``face_box`` if it has one.

    Raises:
        BrokenImageError: If the image is missing or damaged.
    """
    image = load_sample(sample)
    box = sample.get('face_box')
    if box is None:
        return image
    x1, y1, x2, y2 = (max(0, round(float(value))) for value in box)
    face = image[y1:y2, x1:x2]
    return face if face.size else image


def _digest(sample: Mapping[str, Any], face: np.ndarray) -> str:
    if 'packed_image' in sample:
        return hashlib.sha256(face.tobytes()).hexdigest()
    with Path(sample['img_path']).open('rb') as file:
        found = hashlib.file_digest(file, 'sha256')
    if sample.get('face_box') is not None:  # several faces of one file
        found.update(str(np.asarray(sample['face_box']).round(1).tolist()).encode())
    return found.hexdigest()
