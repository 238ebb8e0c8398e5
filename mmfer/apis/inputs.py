"""What a user gives to be read: files, folders, addresses, images in memory, and lists of these."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmfer.apis.image_files import find_images
from mmfer.apis.web_images import is_web_address, load_from_web
from mmfer.faces.image import load_image
from mmfer.faces.image_arrays import rgb_images
from mmfer.faces.image_decoder import LoadedImage, convert_image, decode_image

INPUTS = (
    'a path, a folder, a glob, an http(s):// address, the bytes of an image file, a file opened in '
    'binary mode, an image of Pillow, an array, a tensor, a video file, the number of a camera, or '
    'a list of these'
)
VIDEO_SUFFIXES = ('.mp4', '.avi', '.mov', '.mkv', '.webm', '.m4v', '.mpg', '.mpeg', '.wmv')
"""Files that are read frame by frame, except by those who read one image for each path."""
SINGLE = (str, bytes, bytearray, memoryview, Path, np.ndarray, Image.Image, dict)
"""Types of a single input, although most can be iterated."""


@dataclass(frozen=True)
class Source:
    """An image that has not been read yet.

    Args:
        name: The path or address; or what it is and its number among the inputs: ``array 3``.
        load: Reads the image; raises ValueError or FileNotFoundError with the reason if it cannot.
        place: The frame of a video: its number ``'frame'`` and its ``'time'`` in seconds.
    """

    name: str
    load: Callable[[], LoadedImage]
    place: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_video(self) -> bool:
        """Whether the name is that of a video file."""
        return not self.place and self.name.lower().endswith(VIDEO_SUFFIXES)

    def frames(self) -> Iterator['Source']:
        """The source itself, or one for each frame of a video; they must be read in order."""
        if not self.is_video or is_web_address(self.name):
            yield self
            return
        from mmfer.faces.video import open_video

        number = -1
        try:
            with open_video(self.name) as video:
                for frame in video.frames():
                    number = frame.number
                    place = {'frame': number, 'time': round(frame.time, 3)}
                    yield Source(self.name, partial(LoadedImage, frame.image), place)
        except (ValueError, OSError) as error:
            yield Source(self.name, partial(_raise, error), {'frame': number + 1})


def list_sources(inputs: Any, bgr: bool = False) -> list[Source]:
    """The images in what a user gave, in order.

    An input that is no image, such as a path to nothing, becomes a source that raises the reason
    when it is read, so it does not end the others.

    Args:
        inputs: A path, a folder, a glob, an ``http(s)://`` address, the bytes of an image file, a
            file opened in binary mode, an image of Pillow, an array or a tensor as in
            :func:`mmfer.faces.image_arrays.rgb_images`, a video file, the number of a camera, which
            gives one image, or a list, a tuple or a generator of these.
        bgr: Whether the colors of arrays and tensors are in BGR order.

    Raises:
        FileNotFoundError: If there are inputs, and none of them is an image.
        ValueError: Likewise.

    Example:
        >>> [source.name for source in list_sources(['photos/', np.zeros((9, 9, 3), np.uint8)])]
        ['photos/a.jpg', 'photos/b.jpg', 'array 1']
    """
    sources: list[Source] = []
    errors: list[Exception] = []
    items = _flat(inputs)
    for number, item in enumerate(items):
        try:
            sources += _sources(item, number, bgr)
        except (ValueError, OSError) as error:
            errors.append(error)
            name = str(item) if isinstance(item, str | Path) else f'input {number}'
            sources.append(Source(name, partial(_raise, error)))
    if errors and len(errors) == len(items):
        raise errors[0]
    return sources


def single_source(item: Any, number: int = 0, bgr: bool = False) -> Source:
    """The source of one image; a path is that of a file.

    Args:
        item: A source, or an input of :func:`list_sources` that is one image.
        number: The number of the input, for its name.
        bgr: As in :func:`list_sources`.
    """
    if isinstance(item, Source):
        return item
    if isinstance(item, str | Path) and not is_web_address(item):
        return Source(str(item), partial(load_image, item))
    try:
        sources = _in_memory(item, number, bgr)
        if len(sources) == 1:
            return sources[0]
        raise ValueError(f'Input {number} holds {len(sources)} images. Give them one by one.')
    except ValueError as error:
        return Source(f'input {number}', partial(_raise, error))


def _flat(inputs: Any) -> list[Any]:
    """The single inputs in nested lists."""
    single = isinstance(inputs, SINGLE) or hasattr(inputs, 'detach') or hasattr(inputs, 'read')
    if single or not isinstance(inputs, Iterable):
        return [inputs]
    return [item for part in inputs for item in _flat(part)]


def _sources(item: Any, number: int, bgr: bool) -> list[Source]:
    if isinstance(item, str | Path) and not is_web_address(item):
        return [single_source(path) for path in find_images([item])[0]]
    return _in_memory(item, number, bgr)


def _in_memory(item: Any, number: int, bgr: bool) -> list[Source]:
    """The sources of anything but files."""
    if is_web_address(item):
        return [Source(item, partial(load_from_web, item))]
    if isinstance(item, int) and not isinstance(item, bool):
        return [Source(f'camera {item}', partial(_take, item))]
    if hasattr(item, 'read'):
        item = item.read()
    if isinstance(item, bytes | bytearray | memoryview):
        name = f'bytes {number}'
        return [Source(name, partial(_decode, bytes(item), name))]
    if isinstance(item, Image.Image):
        name = f'image {number}'
        return [Source(name, partial(convert_image, item, name))]
    if isinstance(item, np.ndarray) or hasattr(item, 'detach'):
        name = f'{"array" if isinstance(item, np.ndarray) else "tensor"} {number}'
        images = rgb_images(item, name, bgr)
        names = [name] if len(images) == 1 else [f'{name}[{i}]' for i in range(len(images))]
        return [
            Source(name, partial(LoadedImage, image))
            for name, image in zip(names, images, strict=True)
        ]
    raise ValueError(f'Input {number} has the type {type(item).__name__}. Give {INPUTS}.')


def _decode(content: bytes, name: str) -> LoadedImage:
    if not content:
        raise ValueError(f'{name} are empty. Give the content of an image file.')
    return decode_image(BytesIO(content), name)


def _take(camera: int) -> LoadedImage:
    """The present image of a camera."""
    from mmfer.faces.video import open_camera

    with open_camera(camera) as video:
        return LoadedImage(next(video.frames()).image)


def _raise(error: Exception) -> LoadedImage:
    raise error
