"""Clips: frames read one by one from a folder, a video file or memory."""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmfer.faces.image import IMAGE_SUFFIXES, load_image, read_image
from mmfer.faces.image_folder import LeftOut, list_images
from mmfer.faces.video.frames import open_capture

MOST_NAMED = 5
MOST_FPS = 10_000
"""A video file that declares more frames per second does not know its frame rate."""


class Clip(ABC):
    """A sequence of frames that can be read repeatedly without loading all frames.

    Attributes:
        name: Name of the clip in messages.
        numbers: Numbers of the frames, ascending: those in the file names of a folder, otherwise
            from 0.
        messages: Warnings about the clip, such as missing frames.
        fps: Frames per second, as a video file declares them; None if they are not known.
    """

    name: str
    numbers: Sequence[int]
    messages: tuple[str, ...] = ()
    fps: float | None = None

    @abstractmethod
    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        """Read the frames at positions ``start`` to ``stop`` - 1: (H, W[, 3]) uint8, grey or RGB.

        Raises:
            ValueError: If a frame cannot be read, or differs in size from the first frame.
        """

    def frame(self, position: int) -> np.ndarray:
        return next(self.read(position, position + 1))

    def position(self, number: int, what: str) -> int:
        """Position of the frame with a number.

        Raises:
            ValueError: If there is no such frame; the message calls the frame ``what``.
        """
        try:
            return self.numbers.index(number)
        except ValueError:
            raise ValueError(
                f'{self.name}: the {what} {number} is not among its {len(self.numbers)} frames, '
                f'numbers {self.numbers[0]} to {self.numbers[-1]}. Correct the number, or copy the '
                'clip again if the frame is missing.'
            ) from None


class FolderClip(Clip):
    """Images of a folder, in the order of the numbers in their names (``img46.jpg``).

    Of several numbers in a name, the last that differs between the frames counts:
    ``frame_10_2024.png`` is frame 10. Frames that cannot be read count as missing.

    Args:
        folder: The folder.
        span: The numbers of the first and the last frame that may be used; None for all frames.

    Attributes:
        folder: The folder.
        paths: The files of the frames.
        shrunk: The factors by which very large frames are shrunk, see
            :func:`mmfer.faces.image.load_image`; mostly 1.
    """

    def __init__(self, folder: Path, span: tuple[int, int] | None = None) -> None:
        self.name, self.folder = str(folder), folder
        found: dict[int, Path] = {}
        shrunk: dict[int, int] = {}
        broken = []
        for path, number in _numbered(image_files(folder)):
            if span is not None and not span[0] <= number <= span[1]:
                continue
            other = found.setdefault(number, path)
            if other != path:
                raise ValueError(f'"{other}" and "{path}" are both frame {number}. Remove one.')
            try:
                shrunk[number] = load_image(path).shrunk
            except ValueError as error:
                broken.append(str(error))
                del found[number]
        if broken and not found:
            raise ValueError(f'No frame in "{folder}" can be read: {broken[0]}')
        if not found and span is None:
            raise ValueError(
                f'The folder "{folder}" holds no frames: no file in it ends in '
                f'{", ".join(IMAGE_SUFFIXES)}. Give the folder of one clip.'
            )
        self.numbers = sorted(found)
        self.paths = [found[number] for number in self.numbers]
        self.shrunk = [shrunk[number] for number in self.numbers]
        self.messages = _gaps(self.numbers)
        if broken:
            more = ' ...' if len(broken) > MOST_NAMED else ''
            named = ' '.join(broken[:MOST_NAMED])
            self.messages += (f'{len(broken)} frames cannot be read: {named}{more}',)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        return _alike((str(path), read_image(path)) for path in self.paths[start:stop])


class ArrayClip(Clip):
    """A clip of frames in memory."""

    name = 'the clip'

    def __init__(self, frames: Sequence[np.ndarray]) -> None:
        for i, frame in enumerate(frames):
            if frame.dtype != np.uint8 or frame.shape[2:] not in ((), (3,)) or frame.ndim < 2:
                raise ValueError(
                    f'Frame {i} of the clip has the shape {frame.shape} and type {frame.dtype}. '
                    'Give (H, W) or (H, W, 3) uint8, grey or RGB.'
                )
        if not len(frames):
            raise ValueError('The clip has no frames. Give at least three.')
        self.frames, self.numbers = frames, range(len(frames))

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        positions = range(len(self.frames))[start:stop]
        return _alike((f'frame {i} of the clip', self.frames[i]) for i in positions)


class VideoClip(Clip):
    """A video file that OpenCV can decode; the first pass counts the frames."""

    def __init__(self, path: Path) -> None:
        self.name, self.path = str(path), path
        with _Decoder(path) as video:
            promised = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
            declared = float(video.get(cv2.CAP_PROP_FPS))
            self.fps = declared if 1 <= declared <= MOST_FPS else None
            count = 0
            while video.grab():
                count += 1
        if not count:
            raise ValueError(
                f'No frame of the video "{path}" can be decoded. Copy it again, convert it (for '
                'example with ffmpeg to H.264 in .mp4), or give a folder of frames.'
            )
        if count < promised:
            self.messages = (f'The video declares {promised} frames, but {count} can be decoded.',)
        self.numbers = range(count)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        return _alike(self._decode(start, len(self.numbers) if stop is None else stop))

    def _decode(self, start: int, stop: int) -> Iterator[tuple[str, np.ndarray]]:
        with _Decoder(self.path) as video:
            for i in range(stop):
                where = f'frame {i} of "{self.path}"'
                if not video.grab():
                    raise ValueError(f'{where} can no longer be decoded. Copy the video again.')
                if i >= start:
                    _, bgr = video.retrieve()
                    yield where, cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


class _Decoder:
    """OpenCV's decoder as a context manager that releases it."""

    def __init__(self, path: Path) -> None:
        self.video = open_capture(path)

    def __enter__(self) -> cv2.VideoCapture:
        return self.video

    def __exit__(self, *_: object) -> None:
        self.video.release()


def open_clip(source: 'Clip | str | Path | Sequence[np.ndarray]') -> Clip:
    """Open a folder of frames, a video file or a sequence of arrays as a clip.

    Raises:
        FileNotFoundError: If the path does not exist.
        ValueError: If the folder holds no numbered images, the video cannot be decoded, or an
            array is not a frame.
    """
    if isinstance(source, Clip):
        return source
    if not isinstance(source, str | Path):
        return ArrayClip(source)
    path = Path(source)
    if path.is_dir():
        return FolderClip(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'No clip at "{path}". Give a folder of frames (img1.jpg, img2.jpg ...) or a video.'
        )
    return VideoClip(path)


def clip_name(path: Path) -> str:
    """The name of a clip in names of files: that of its folder, or of its video without suffix."""
    path = Path(os.path.abspath(path))  # "." has a name, too
    return path.name if path.is_dir() else path.stem


def image_files(folder: Path) -> list[Path]:
    """The images in a folder except hidden files (``._img46.jpg``)."""
    return list_images(folder, False, LeftOut())


def _numbered(paths: Sequence[Path]) -> Iterator[tuple[Path, int]]:
    """The frames of a folder with their numbers."""
    digits = [re.findall(r'\d+', path.stem) for path in paths]
    for path, groups in zip(paths, digits, strict=True):
        if not groups:
            raise ValueError(
                f'"{path}" has no number in its name, so its position in the clip is unknown. '
                'Remove or rename the file, for example to img46.jpg.'
            )
    # Counted from the end, so that names with an additional number at the start also fit.
    shared = min(map(len, digits), default=1)
    places = range(-1, -shared - 1, -1)
    place = next((i for i in places if len({int(groups[i]) for groups in digits}) > 1), -1)
    yield from ((path, int(groups[place])) for path, groups in zip(paths, digits, strict=True))


def _gaps(numbers: Sequence[int]) -> tuple[str, ...]:
    pairs = zip(numbers[:-1], numbers[1:], strict=True)
    gaps = [(a + 1, b - 1) for a, b in pairs if b > a + 1]
    if not gaps:
        return ()
    missing = sum(last - first + 1 for first, last in gaps)
    named = [str(a) if a == b else f'{a}-{b}' for a, b in gaps[:MOST_NAMED]]
    more = ' ...' if len(gaps) > MOST_NAMED else ''
    return (f'{missing} frames are missing and skipped: {", ".join(named)}{more}.',)


def _alike(frames: Iterator[tuple[str, np.ndarray]]) -> Iterator[np.ndarray]:
    """The frames; raises ValueError if their sizes differ."""
    size = None
    for where, frame in frames:
        size = size or frame.shape[:2]
        if frame.shape[:2] != size:
            raise ValueError(
                f'{where} has {frame.shape[1]} x {frame.shape[0]} pixels, but earlier frames have '
                f'{size[1]} x {size[0]}. Give all frames of a clip the same size.'
            )
        yield frame
