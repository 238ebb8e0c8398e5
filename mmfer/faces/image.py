"""Reading of image files as RGB."""

from pathlib import Path

import numpy as np

from mmfer.faces.image_decoder import HEIF_SUFFIXES, READS_HEIF, LoadedImage, decode_image
from mmfer.reading import check_regular

IMAGE_SUFFIXES = (
    *('.avif', '.bmp', '.gif', '.jfif', '.jp2', '.jpe', '.jpeg', '.jpg', '.pgm', '.pjpeg'),
    *('.png', '.ppm', '.tga', '.tif', '.tiff', '.webp'),
    *(HEIF_SUFFIXES if READS_HEIF else ()),
)


def read_image(path: str | Path) -> np.ndarray:
    """Read an image as (H, W, 3) uint8 RGB, as an image viewer shows it.

    The rotation in the EXIF data is applied. Grey, palette and CMYK images become RGB, and
    transparent parts become white. Values of 10 to 16 bits are scaled to 8 by
    :func:`mmfer.faces.pixel_depth.full_scale`, and floating-point values must be between 0 and 1.
    Of a file with several frames, the first is read. JPEGs of more than 89 million pixels are
    shrunk, see :func:`load_image`. HEIC images need ``pillow-heif``.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is empty, truncated, not an image, too large, or of an unknown
            format.
    """
    return load_image(path).pixels


def load_image(
    path: str | Path, min_side: int | None = None, face_side: float | None = None
) -> LoadedImage:
    """Read an image as :func:`read_image` does, with the factor by which it was shrunk.

    Args:
        path: The file.
        min_side: Shrink a JPEG of any size as long as its face keeps this many pixels; None reads
            all pixels.
        face_side: The side of the face in pixels of the file; None for the shorter side of the
            image.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: As in :func:`read_image`.
    """
    path = Path(path)
    if not path.is_file():
        check_regular(path)
        raise FileNotFoundError(f'No image at "{path}". Check the path.')
    if path.stat().st_size == 0:
        raise ValueError(f'"{path}" is empty (0 bytes). Copy the image again or remove it.')
    try:
        with path.open('rb') as stream:
            return decode_image(stream, f'"{path}"', min_side, face_side)
    except OSError as error:
        raise ValueError(f'"{path}" cannot be opened: {error.strerror}. Check the file.') from error


def check_image(image: np.ndarray) -> None:
    """Raise ValueError unless the array is an image (H, W, 3) uint8 with at least one pixel."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise ValueError(
            f'An array of shape {image.shape} and type {image.dtype} is not an image. Give '
            '(height, width, 3) uint8, RGB, as mmfer.faces.read_image returns it.'
        )
