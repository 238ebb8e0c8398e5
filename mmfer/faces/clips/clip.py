"""The frames of a clip, one after the other, from a folder, a video file or memory."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmfer.faces.image import IMAGE_SUFFIXES, read_image

MOST_NAMED = 5


class Clip(ABC):
    """Frames that can be read again and again, and are never all in memory.

    Attributes:
        name: What messages call the clip.
        numbers: The numbers of its frames, ascending: those in the names of a folder's files, else
            from 0.
        messages: What is odd about it, such as frames that are missing.
    """

    name: str
    numbers: Sequence[int]
    messages: tuple[str, ...] = ()

    @abstractmethod
    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        """The frames at the positions from start to before stop: (H, W[, 3]) uint8, grey or RGB.

        Raises:
            ValueError: If a frame cannot be read, or is not of the first one's size.
        """

    def frame(self, position: int) -> np.ndarray:
        return next(self.read(position, position + 1))

    def position(self, number: int, what: str) -> int:
        """Where the frame of a number is.

        Raises:
            ValueError: If there is none; the message calls the frame ``what``.
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
    """Pictures of a folder, in the order of the last number in their names (``img46.jpg``)."""

    def __init__(self, folder: Path) -> None:
        self.name, self.folder = str(folder), folder
        found: dict[int, Path] = {}
        for path in pictures_of(folder):
            digits = re.findall(r'\d+', path.stem)
            if not digits:
                raise ValueError(
                    f'"{path}" has no number in its name, so that its place in the clip is not '
                    'known. Remove or rename it, for example to img46.jpg.'
                )
            number = int(digits[-1])
            other = found.setdefault(number, path)
            if other != path:
                raise ValueError(f'"{other}" and "{path}" are both frame {number}. Remove one.')
        if not found:
            raise ValueError(
                f'The folder "{folder}" holds no frames: no file in it ends in '
                f'{", ".join(IMAGE_SUFFIXES)}. Give the folder of one clip.'
            )
        self.numbers = sorted(found)
        self.paths = [found[number] for number in self.numbers]
        self.messages = _gaps(self.numbers)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        return _alike((str(path), read_image(path)) for path in self.paths[start:stop])


class ArrayClip(Clip):
    """Frames that are in memory already."""

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
    """A video file, as far as OpenCV can decode it; its frames are counted once."""

    def __init__(self, path: Path) -> None:
        self.name, self.path = str(path), path
        with _Decoder(path) as video:
            promised = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
            count = 0
            while video.grab():
                count += 1
        if not count:
            raise ValueError(
                f'No frame of the video "{path}" can be decoded. Copy it again, convert it (for '
                'example with ffmpeg to H.264 in .mp4), or give a folder of frames.'
            )
        if count < promised:
            self.messages = (f'{promised} frames are announced, but {count} can be decoded.',)
        self.numbers = range(count)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        return _alike(self._decode(start, len(self.numbers) if stop is None else stop))

    def _decode(self, start: int, stop: int) -> Iterator[tuple[str, np.ndarray]]:
        with _Decoder(self.path) as video:
            for i in range(stop):
                where = f'frame {i} of "{self.path}"'
                if not video.grab():
                    raise ValueError(f'{where} cannot be decoded any more. Copy the video again.')
                if i >= start:
                    _, bgr = video.retrieve()
                    yield where, cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


class _Decoder:
    """OpenCV's decoder, released at the end."""

    def __init__(self, path: Path) -> None:
        self.video = cv2.VideoCapture(str(path))

    def __enter__(self) -> cv2.VideoCapture:
        return self.video

    def __exit__(self, *_: object) -> None:
        self.video.release()


def open_clip(source: 'Clip | str | Path | Sequence[np.ndarray]') -> Clip:
    """The clip in a folder of frames, in a video file, or in a sequence of arrays.

    Raises:
        FileNotFoundError: If the path leads nowhere.
        ValueError: If the folder holds no numbered pictures, the video cannot be decoded, or an
            array is no frame.
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


def pictures_of(folder: Path) -> list[Path]:
    """The pictures in a folder, but for hidden files (``._img46.jpg``)."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith('.')
    )


def _gaps(numbers: Sequence[int]) -> tuple[str, ...]:
    pairs = zip(numbers[:-1], numbers[1:], strict=True)
    gaps = [(a + 1, b - 1) for a, b in pairs if b > a + 1]
    if not gaps:
        return ()
    missing = sum(last - first + 1 for first, last in gaps)
    named = [str(a) if a == b else f'{a}-{b}' for a, b in gaps[:MOST_NAMED]]
    more = ' ...' if len(gaps) > MOST_NAMED else ''
    return (f'{missing} frames are missing and left out: {", ".join(named)}{more}.',)


def _alike(frames: Iterator[tuple[str, np.ndarray]]) -> Iterator[np.ndarray]:
    """The frames, as long as they are of one size."""
    size = None
    for where, frame in frames:
        size = size or frame.shape[:2]
        if frame.shape[:2] != size:
            raise ValueError(
                f'{where} is {frame.shape[1]} x {frame.shape[0]} pixels, those before are '
                f'{size[1]} x {size[0]}. Make all frames of a clip alike.'
            )
        yield frame
