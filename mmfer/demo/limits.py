"""What the page accepts."""

from pathlib import Path

from PIL import Image

from mmfer.faces.image_decoder import LoadedImage, decode_image
from mmfer.faces.video import Frame

MOST_BYTES = 50 * 2**20
"""The largest upload in bytes."""
MOST_PIXELS = 25_000_000
"""The largest photograph, or frame of a video, in pixels."""
MOST_SECONDS, MOST_FRAMES = 20.0, 200
"""The beginning of a video that is read: seconds, and frames."""
MOST_FACES = 4
"""The number of faces with a Grad-CAM."""


def load_photo(path: str | Path) -> LoadedImage:
    """Read an uploaded photograph within the limits.

    Raises:
        ValueError: If the file is no image, or has too many bytes or pixels.
    """
    name = 'the upload'
    size = Path(path).stat().st_size
    if size > MOST_BYTES:
        raise ValueError(
            f'{name} has {size / 2**20:.0f} MiB, but at most {MOST_BYTES >> 20} MiB are read.'
        )
    with Path(path).open('rb') as file:
        try:
            with Image.open(file) as opened:  # reads the head only
                width, height = opened.size
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            width = height = 0  # the decoder says why
        if width * height > MOST_PIXELS:
            raise ValueError(
                f'{name} has {width} x {height} pixels, but at most {MOST_PIXELS // 10**6} million '
                'are read. Shrink the image.'
            )
        file.seek(0)
        return decode_image(file, name)


def check_frame(frame: Frame) -> Frame:
    """The frame of an uploaded video.

    Raises:
        ValueError: If it has too many pixels.
    """
    height, width = frame.image.shape[:2]
    if width * height > MOST_PIXELS:
        raise ValueError(
            f'the upload has frames of {width} x {height} pixels, but at most '
            f'{MOST_PIXELS // 10**6} million are read. Shrink the video.'
        )
    return frame
