"""Finding broken pictures: quickly before training, and surely when they are read."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from logging import WARNING
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from mmengine.logging import print_log

from mmfer.faces.image import read_image

# What a complete file of these kinds begins and ends with.
COMPLETE = (
    (b'\xff\xd8\xff', b'\xff\xd9'),
    (b'\x89PNG\r\n\x1a\n', b'IEND\xaeB`\x82'),
)


class PackedImage(Protocol):
    """An image that lies in a file with others. It is small, and can be pickled."""

    def load(self) -> np.ndarray:
        """Read it as (H, W, 3) uint8 BGR.

        Raises:
            FileNotFoundError: If the file is not there.
            ValueError: If the image is damaged.
        """


class BrokenImageError(ValueError):
    """A picture that cannot be read."""

    def __init__(self, path: str | Path, reason: str) -> None:
        super().__init__(
            f'The image "{path}" cannot be read: {reason} Mend or remove the file, or set '
            "broken='skip' in the data set's config to go on without it."
        )
        self.path = str(path)
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Let the error travel from a worker of the data loader."""
        return type(self), (self.path, self.reason)


def load_bgr(path: str | Path) -> np.ndarray:
    """Read a picture as (H, W, 3) uint8 BGR; :func:`mmfer.faces.read_image` says how.

    Raises:
        BrokenImageError: If the file is missing, empty, truncated or no picture.
    """
    try:
        return cv2.cvtColor(read_image(path), cv2.COLOR_RGB2BGR)
    except (FileNotFoundError, ValueError) as error:
        raise BrokenImageError(path, str(error)) from error


def load_sample(sample: Mapping[str, Any]) -> np.ndarray:
    """Read the image of a sample, ``packed_image`` or else ``img_path``, as :func:`load_bgr` does.

    Raises:
        BrokenImageError: If it is missing or damaged.
    """
    if 'packed_image' not in sample:
        return load_bgr(sample['img_path'])
    try:
        return sample['packed_image'].load()
    except (FileNotFoundError, ValueError) as error:
        raise BrokenImageError(sample['img_path'], str(error)) from error


def find_problem(sample: Mapping[str, Any], decode: bool = False) -> str | None:
    """What is wrong with the image of a sample, or None.

    A JPEG or PNG file that begins and ends as it must is taken as whole, and so is a packed image,
    as its reader has looked at its frame; every other file is decoded, and all are if ``decode``
    is set.
    """
    path = sample['img_path']
    if not decode:
        if 'packed_image' in sample:
            return None
        head = tail = b''
        with suppress(OSError):
            if os.path.isfile(path):  # a pipe would never end
                with open(path, 'rb') as file:
                    head = file.read(8)
                    size = file.seek(0, 2)
                    file.seek(max(0, size - 12))
                    tail = file.read()
        if any(head.startswith(begin) and end in tail for begin, end in COMPLETE):
            return None
    try:
        load_sample(sample)
    except BrokenImageError as error:
        return error.reason
    return None


def check_images(
    samples: Iterable[Mapping[str, Any]], decode: bool
) -> tuple[list[tuple[str, str]], list[str]]:
    """Look at the image of each sample.

    Args:
        samples: With ``img_path`` and, where known, ``where`` it is listed.
        decode: See :func:`find_problem`.

    Returns:
        Path and reason of each image that is missing or broken, and a sentence for each that is
        missing.
    """
    checked: dict[str, str | None] = {}
    absent: list[str] = []
    for sample in samples:
        path = sample['img_path']
        if path in checked:
            continue
        checked[path] = find_problem(sample, decode)
        if checked[path] and 'packed_image' not in sample and not Path(path).exists():
            absent.append(f'{sample.get("where", path)}: there is no file "{path}"')
    return [(path, reason) for path, reason in checked.items() if reason], absent


class BrokenImageReport:
    """Counts broken images and names each in the log and in a file, once.

    Args:
        path: The report: a line ``image <tab> reason`` for each.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.reasons: dict[str, str] = {}

    def add(self, problems: Iterable[tuple[str, str]], action: str) -> None:
        """Report images with their reasons, and say what is done about them."""
        new = {image: reason for image, reason in problems if image not in self.reasons}
        if not new:
            return
        self.reasons.update(new)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        known = set(self.path.read_text('utf-8').splitlines()) if self.path.is_file() else set()
        lines = [f'{image}\t{" ".join(reason.split())}' for image, reason in new.items()]
        with self.path.open('a', encoding='utf-8') as file:
            file.writelines(f'{line}\n' for line in lines if line not in known)
        shown = '; '.join(f'{image} ({reason})' for image, reason in list(new.items())[:5])
        more = f'; and {len(new) - 5} more' if len(new) > 5 else ''
        print_log(
            f'{len(new)} broken images {action} ({len(self.reasons)} so far), all named in '
            f'{self.path}: {shown}{more}',
            logger='current',
            level=WARNING,
        )
