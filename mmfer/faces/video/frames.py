"""Frames of video files and cameras, with their times."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from mmfer.reading import check_regular

PLAYLISTS = (b'#EXTM3U', b'ffconcat')
"""Beginnings of files that name other files or addresses, which are never followed."""
USUAL_RATE = 25.0
"""Frames per second of a video that does not state them."""
MOST_RATE = 1000.0
MOST_CAMERA = 2**31 - 1
"""The largest number that OpenCV takes for a camera."""


class Frame(NamedTuple):
    """A frame of a video.

    Args:
        number: Its number, from 0.
        time: Its time in seconds from the first frame.
        image: (H, W, 3) uint8 RGB.
    """

    number: int
    time: float
    image: np.ndarray


class VideoSource:
    """The frames of an open video or camera, read one by one; close it, or use it as a context.

    All frames have the size of the first: OpenCV scales the frames of a video that changes its
    size.

    Attributes:
        name: The file, or ``camera 0``.
        rate: Frames per second.
        messages: What was wrong with the video, after the last frame.
    """

    def __init__(self, name: str, capture: cv2.VideoCapture, live: bool) -> None:
        self.name, self.live = name, live
        self.messages: list[str] = []
        self._capture = capture
        stated = float(capture.get(cv2.CAP_PROP_FPS))
        self.rate = stated if 0 < stated <= MOST_RATE else USUAL_RATE
        self.stated_frames = 0 if live else max(0, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)))

    def frames(self, every: int = 1, seconds: float | None = None) -> Iterator[Frame]:
        """The frames from the current position to the end, as an iterator.

        Args:
            every: Yield only every so-many-th frame.
            seconds: Stop after this time of the video or camera.

        Raises:
            ValueError: At once, if ``every`` or ``seconds`` is not above 0; at the first frame, if
                not a single one can be decoded.
        """
        if every < 1:
            raise ValueError(f'every={every}: give 1 to answer each frame, 2 for every other.')
        if seconds is not None and not seconds > 0:
            raise ValueError(f'seconds={seconds}: give more than 0, or nothing for the whole.')
        return self._read(every, seconds)

    def _read(self, every: int, seconds: float | None) -> Iterator[Frame]:
        started = last = None
        number = -1
        while self._capture.grab():
            number += 1
            now = time.monotonic() if self.live else self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            started = now if started is None else started
            at = now - started
            if last is not None and at <= last:  # a file without times
                at = last + 1 / self.rate
            last = at
            if seconds is not None and at >= seconds:
                return
            if number % every:
                continue
            decoded, bgr = self._capture.retrieve()
            if decoded:
                yield Frame(number, at, cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))
        if number < 0 and self.live:
            raise ValueError(f'{self.name} gives no frames. Connect it again, or try another.')
        if number < 0:
            raise ValueError(
                f'No frame of {self.name} can be decoded. Copy the video again, or convert it, for '
                'example with ffmpeg to H.264 in .mp4.'
            )
        if number + 1 < self.stated_frames:
            self.messages.append(
                f'{self.name} declares {self.stated_frames} frames, but {number + 1} can be '
                'decoded: it may be cut off or damaged.'
            )

    def close(self) -> None:
        """Release the file or the camera."""
        self._capture.release()

    def __enter__(self) -> 'VideoSource':
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_video(path: str | Path) -> VideoSource:
    """Open a video file, or an animated GIF.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not a video that OpenCV can open.

    Example:
        >>> with open_video('party.mp4') as video:
        ...     times = [frame.time for frame in video.frames()]
    """
    return VideoSource(f'"{path}"', open_capture(path), live=False)


def open_capture(path: str | Path) -> cv2.VideoCapture:
    """OpenCV's decoder of a video file, which opens no other file and no address.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not a video that OpenCV can open.
    """
    path = Path(path)
    check_regular(path)
    if not path.is_file():
        raise FileNotFoundError(f'No video at "{path}". Check the path.')
    with path.open('rb') as file:
        head = file.read(16)
    if not head:
        raise ValueError(f'"{path}" is empty (0 bytes). Copy the video again.')
    if head.startswith(PLAYLISTS):
        raise ValueError(f'"{path}" is a playlist, not a video. Give the video itself.')
    with _quiet_opencv():
        # Only FFmpeg: other back ends take names with % as patterns of image files.
        capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise ValueError(
            f'"{path}" cannot be opened as a video: it is damaged, cut off, or of an unknown '
            'format. Copy it again, or convert it, for example with ffmpeg to H.264 in .mp4. '
            'Single images are read by `mmfer predict`.'
        )
    return capture


def open_camera(index: int) -> VideoSource:
    """Open a camera of this computer, by its number from 0.

    Raises:
        ValueError: If there is no such camera, or another program uses it.
    """
    known = 0 <= index <= MOST_CAMERA  # OpenCV crashes at other numbers
    with _quiet_opencv():
        capture = cv2.VideoCapture(index) if known else None
    if capture is None or not capture.isOpened():
        raise ValueError(
            f'Camera {index} cannot be opened: it is not there, or another program uses it. Give '
            'another number, 0 for the first camera, or check the permissions.'
        )
    return VideoSource(f'camera {index}', capture, live=True)


@contextmanager
def _quiet_opencv() -> Iterator[None]:
    """Without OpenCV's messages about back ends that it tried; ours follows."""
    before = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)
