"""Detection of broken images: quickly before training, and completely on reading."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from logging import WARNING
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Protocol, runtime_checkable

import cv2
import numpy as np
from mmengine.logging import print_log

from mmfer.faces.image import load_image
from mmfer.faces.image_decoder import LoadedImage

# First and last bytes of complete files, by format.
COMPLETE = (
    (b'\xff\xd8\xff', b'\xff\xd9'),
    (b'\x89PNG\r\n\x1a\n', b'IEND\xaeB`\x82'),
)


class PackedImage(Protocol):
    """A small, picklable reference to an image in a packed file."""

    def load(self) -> np.ndarray:
        """Read the image as (H, W, 3) uint8 BGR.

        Raises:
            FileNotFoundError: If the file does not exist.
            ValueError: If the image is damaged.
        """


@runtime_checkable
class EncodedImage(Protocol):
    """A :class:`PackedImage` in a format such as JPEG, which can be shrunk while it is decoded."""

    def decode(self, min_side: int | None = None, face_side: float | None = None) -> LoadedImage:
        """Read the image as :func:`mmfer.faces.image.load_image` does."""


@runtime_checkable
class StoredImage(Protocol):
    """A :class:`PackedImage` whose bytes lie in one piece in a file."""

    @property
    def size(self) -> int:
        """The number of the bytes."""

    def content(self) -> bytes:
        """The bytes; fewer if the file is truncated.

        Raises:
            OSError: If the file cannot be read.
        """


class BrokenImageError(ValueError):
    """An image that cannot be read.

    Args:
        path: The image.
        reason: Why it cannot be read.
        where: File and row of the annotation that names the image, if known.
    """

    def __init__(self, path: str | Path, reason: str, where: str | None = None) -> None:
        super().__init__(
            f'{"The" if where is None else f"{where}: the"} image "{path}" cannot be read: '
            f"{reason} Repair or remove the file, or set broken='skip' in the config of the data "
            'set to continue without the image.'
        )
        self.path, self.reason, self.where = str(path), reason, where

    def __reduce__(self) -> tuple[type, tuple[str, str, str | None]]:
        """Make the error picklable, for the workers of a data loader."""
        return type(self), (self.path, self.reason, self.where)


class ImageProblem(NamedTuple):
    """A missing or broken image of a data set.

    Args:
        path: The image.
        reason: Why it cannot be read.
        where: File and row of the annotation that names the image, if known.
        missing: Whether there is no such file.
    """

    path: str
    reason: str
    where: str | None = None
    missing: bool = False


def load_bgr(path: str | Path) -> np.ndarray:
    """Read an image as (H, W, 3) uint8 BGR, as :func:`mmfer.faces.read_image` does.

    Raises:
        BrokenImageError: If the file is missing, empty, truncated or not an image.
    """
    return load_sample({'img_path': path})


def load_sample(sample: Mapping[str, Any]) -> np.ndarray:
    """Read the image of a sample, ``packed_image`` or else ``img_path``, as :func:`load_bgr` does.

    Raises:
        BrokenImageError: If the image is missing or damaged.
    """
    return load_with_factor(sample).pixels


def load_with_factor(sample: Mapping[str, Any], min_side: int | None = None) -> LoadedImage:
    """Read the image of a sample, BGR, with the factor by which it was shrunk.

    Args:
        sample: The sample. Its face is as large as the shorter side of ``face_box``, else as the
            points of ``landmarks`` or ``landmarks5`` lie apart, else as the image.
        min_side: Shrink a JPEG as long as the face keeps this many pixels; None shrinks only very
            large images.

    Raises:
        BrokenImageError: If the image is missing or damaged.
    """
    side = None if min_side is None else _face_side(sample)
    try:
        packed = sample.get('packed_image')
        if packed is None:
            loaded = load_image(sample['img_path'], min_side, side)
        elif isinstance(packed, EncodedImage):
            loaded = packed.decode(min_side, side)
        else:
            return LoadedImage(packed.load())
        return loaded._replace(pixels=cv2.cvtColor(loaded.pixels, cv2.COLOR_RGB2BGR))
    except (FileNotFoundError, ValueError) as error:
        raise BrokenImageError(sample['img_path'], str(error)) from error


def _face_side(sample: Mapping[str, Any]) -> float | None:
    """The side of the face in pixels of the file; None if it is not known."""
    for field in ('face_box', 'landmarks', 'landmarks5'):
        if field in sample:
            points = np.reshape(sample[field], (-1, 2))
            return float(np.ptp(points, axis=0).min())
    return None


def find_problem(sample: Mapping[str, Any], decode: bool = False) -> str | None:
    """The problem with the image of a sample, or None.

    A JPEG or PNG file with the right first and last bytes counts as complete, and so does a packed
    image, because its reader checks the record. Other files are decoded; ``decode`` decodes all
    files.
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


def check_images(samples: Iterable[Mapping[str, Any]], decode: bool) -> list[ImageProblem]:
    """The missing and broken images of samples, each once.

    Args:
        samples: Samples with ``img_path`` and, if known, ``where`` (the place of the entry).
        decode: See :func:`find_problem`.
    """
    checked: set[str] = set()
    problems = []
    for sample in samples:
        path = sample['img_path']
        if path in checked:
            continue
        checked.add(path)
        reason = find_problem(sample, decode)
        if reason:
            missing = 'packed_image' not in sample and not Path(path).exists()
            problems.append(ImageProblem(path, reason, sample.get('where'), missing))
    return problems


class BrokenImageReport:
    """Counts broken images and lists each once, in the log and in a file.

    Args:
        path: The report, with a line ``image <tab> reason`` for each broken image.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.reasons: dict[str, str] = {}

    def add(self, problems: Iterable[tuple[str, str]], action: str) -> None:
        """Report images with their reasons, and the action taken."""
        new = {image: reason for image, reason in problems if image not in self.reasons}
        if not new:
            return
        self.reasons.update(new)
        lines = [f'{image}\t{" ".join(reason.split())}' for image, reason in new.items()]
        try:
            self._write(lines)
            listed = f'all listed in {self.path}'
        except OSError as error:  # the images matter more than their list
            listed = f'not listed, because {self.path} cannot be written ({error.strerror})'
        shown = '; '.join(f'{image} ({reason})' for image, reason in list(new.items())[:5])
        more = f'; and {len(new) - 5} more' if len(new) > 5 else ''
        print_log(
            f'{len(new)} broken images {action} ({len(self.reasons)} so far), {listed}: '
            f'{shown}{more}',
            logger='current',
            level=WARNING,
        )

    def _write(self, lines: Sequence[str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        known = set(self.path.read_text('utf-8').splitlines()) if self.path.is_file() else set()
        with self.path.open('a', encoding='utf-8') as file:
            file.writelines(f'{line}\n' for line in lines if line not in known)


def stop_at_broken(problems: Sequence[ImageProblem], report: Path, advice: str) -> NoReturn:
    """Stop at missing or broken images.

    Args:
        problems: The images; not empty.
        report: The file that lists all of them.
        advice: What to do if images are missing.

    Raises:
        FileNotFoundError: If an image is missing.
        BrokenImageError: Otherwise.
    """
    missing = [problem for problem in problems if problem.missing]
    listed = f', listed in {report}' if report.is_file() else ''
    counts = (
        f'{len(missing)} missing and {len(problems) - len(missing)} broken images in total{listed}'
    )
    if missing:
        path, _, where, _ = missing[0]
        raise FileNotFoundError(
            f'{where or path}: the file "{path}" does not exist ({counts}). {advice} Or set '
            "broken='skip' in the config of the data set to continue without the images."
        )
    first = problems[0]
    raise BrokenImageError(first.path, f'{first.reason} ({counts})', first.where)
