"""Reading images of every kind as RGB."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

IMAGE_SUFFIXES = (
    *('.avif', '.bmp', '.gif', '.jfif', '.jp2', '.jpe', '.jpeg', '.jpg', '.pgm', '.pjpeg'),
    *('.png', '.ppm', '.tga', '.tif', '.tiff', '.webp'),
)


def read_image(path: str | Path) -> np.ndarray:
    """Read an image as (H, W, 3) uint8 RGB, as an image viewer shows it.

    The rotation in the EXIF data is applied. Grey, palette and CMYK images become RGB, and
    transparent parts become white. 16 bits per channel are scaled to 8, as are floating-point
    values, which must be between 0 and 1. Of several frames, the first is read.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is empty, truncated, not an image, or of an unknown format.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'No image at "{path}". Check the path.')
    if path.stat().st_size == 0:
        raise ValueError(f'"{path}" is empty (0 bytes). Copy the image again or remove it.')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('error', Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                picture.load()
                return _to_rgb(ImageOps.exif_transpose(picture))
    except Image.UnidentifiedImageError as error:
        raise ValueError(
            f'Pillow cannot read "{path}" as an image. Remove it, or convert it to PNG or JPEG.'
        ) from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValueError(
            f'"{path}" has more than {Image.MAX_IMAGE_PIXELS} pixels. Shrink it first.'
        ) from error
    except (OSError, SyntaxError, EOFError, IndexError, ValueError) as error:
        raise ValueError(
            f'"{path}" is damaged or of an unknown format: {error}. Copy the image again, or '
            'convert it to PNG or JPEG.'
        ) from error


def check_image(image: np.ndarray) -> None:
    """Raise ValueError unless the array is an image (H, W, 3) uint8 with at least one pixel."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise ValueError(
            f'An array of shape {image.shape} and type {image.dtype} is not an image. Give '
            '(height, width, 3) uint8, RGB, as mmfer.faces.read_image returns it.'
        )


def _to_rgb(picture: Image.Image) -> np.ndarray:
    if picture.mode.startswith('I') or picture.mode == 'F':
        grey = np.asarray(picture, dtype=np.float64)
        full = 1.0 if picture.mode == 'F' else 65535.0
        if not np.isfinite(grey).all() or grey.min() < 0 or grey.max() > full:
            raise ValueError(f'values outside 0 to {full:g} in mode {picture.mode}')
        return np.repeat(np.rint(grey / full * 255).astype(np.uint8)[..., None], 3, axis=2)
    if picture.has_transparency_data:
        picture = picture.convert('RGBA')
        white = Image.new('RGBA', picture.size, 'white')
        picture = Image.alpha_composite(white, picture)
    return np.array(picture.convert('RGB'))
