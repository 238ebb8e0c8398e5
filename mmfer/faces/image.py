"""Reading pictures of every kind as RGB."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

IMAGE_SUFFIXES = (
    *('.avif', '.bmp', '.gif', '.jfif', '.jp2', '.jpe', '.jpeg', '.jpg', '.pgm', '.pjpeg'),
    *('.png', '.ppm', '.tga', '.tif', '.tiff', '.webp'),
)


def read_image(path: str | Path) -> np.ndarray:
    """Read a picture as (H, W, 3) uint8 RGB, as a person sees it in a viewer.

    The rotation in the EXIF data is applied; grey, palette and CMYK pictures become RGB;
    transparent parts are laid on white; 16 bits per channel are scaled to 8, and floating-point
    pictures, whose values must lie between 0 and 1, too; of several frames the first is taken.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is empty, truncated, no picture, or of a kind that is not known.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'No picture at "{path}". Check the path.')
    if path.stat().st_size == 0:
        raise ValueError(f'"{path}" is empty (0 bytes). Copy the picture again or remove it.')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('error', Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                picture.load()
                return _to_rgb(ImageOps.exif_transpose(picture))
    except Image.UnidentifiedImageError as error:
        raise ValueError(
            f'"{path}" is no picture that Pillow can read. Remove it, or convert it to PNG or JPEG.'
        ) from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValueError(
            f'"{path}" has more than {Image.MAX_IMAGE_PIXELS} pixels. Shrink it first.'
        ) from error
    except (OSError, SyntaxError, EOFError, IndexError, ValueError) as error:
        raise ValueError(
            f'"{path}" is damaged or of an unknown kind: {error}. Copy the picture again, or '
            'convert it to PNG or JPEG.'
        ) from error


def check_image(image: np.ndarray) -> None:
    """Raise ValueError unless the array is a picture (H, W, 3) uint8 with at least one pixel."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise ValueError(
            f'An array of shape {image.shape} and type {image.dtype} is no picture. Give '
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
