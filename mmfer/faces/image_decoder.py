"""Bounded decoding of images of every format, from files and from memory."""

import struct
import warnings
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from PIL import Image, JpegImagePlugin

from mmfer.faces.float_tiff import read_float_tiff
from mmfer.faces.log import log_line
from mmfer.faces.pixel_depth import floats_to_rgb, to_rgb

FORMATS = [
    *('AVIF', 'BMP', 'GIF', 'ICO', 'JPEG2000', 'PNG', 'PPM', 'TGA', 'TIFF', 'WEBP'),
]
"""Pillow's formats that are read, besides JPEG. Others, such as EPS, start other programs."""
HEIF_SUFFIXES = ('.heic', '.heif')
HEIF_BRANDS = (b'hei', b'hev', b'mif', b'msf')
READS_HEIF = False
with suppress(ImportError):
    from pillow_heif import register_heif_opener

    register_heif_opener()
    FORMATS.append('HEIF')
    READS_HEIF = True
MOST_PIXELS = 89_478_485
"""The maximum number of pixels of a decoded image, as in Pillow; larger JPEGs are shrunk."""
MOST_JPEG_PIXELS = 400_000_000
"""The maximum number of pixels of a JPEG that is shrunk while it is decoded."""
SHRINKING = (1, 2, 4, 8)
"""The factors by which JPEGs can be shrunk."""
ORIENTATION = 0x0112
"""The EXIF entry of the rotation."""
TRANSPOSED, MIRRORED, UPSIDE_DOWN = (5, 6, 7, 8), (2, 3, 6, 7), (3, 4, 7, 8)
"""The rotations that exchange rows and columns, and then reverse the columns or the rows."""


class LoadedImage(NamedTuple):
    """A decoded image.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        shrunk: The factor by which the image was shrunk, 1 in most cases. Coordinates in the file
            are ``shrunk`` times the coordinates in ``pixels``.
        pad: The columns and rows by which a shrunk image begins before the image of the file. They
            are 0 unless the EXIF rotation puts the incomplete blocks of a JPEG first.
    """

    pixels: np.ndarray
    shrunk: int = 1
    pad: tuple[int, int] = (0, 0)

    def points(self, points: Any) -> np.ndarray:
        """Points (N, 2) of the file in ``pixels``; (0, 0) is the center of the first pixel."""
        return self._moved(np.asarray(points) - (self.shrunk - 1) / 2)

    def box(self, box: Any) -> np.ndarray:
        """A box (4,) of the file in ``pixels``; (0, 0) is the corner of the first pixel."""
        return self._moved(np.reshape(box, (2, 2))).ravel()

    def _moved(self, points: np.ndarray) -> np.ndarray:
        moved: np.ndarray = (points + np.array(self.pad)) / self.shrunk
        return moved


def decode_image(
    stream: BinaryIO, name: str, min_side: int | None = None, face_side: float | None = None
) -> LoadedImage:
    """Decode an image.

    An image of more than :data:`MOST_PIXELS` pixels is refused before it is decoded. A JPEG in one
    scan, as cameras write, is shrunk by 2, 4 or 8 instead, which the log says.

    Args:
        stream: The data of the image, which can be read repeatedly (``seek``).
        name: The image in messages, such as ``"a.jpg"`` in quotation marks.
        min_side: Shrink a JPEG of any size by the largest factor of :data:`SHRINKING` that leaves
            the face this many pixels, which saves most of the time of decoding; None for no factor.
        face_side: The side of the face in pixels of the file; None for the shorter side of the
            image.

    Raises:
        ValueError: If the image is too large, damaged, or of an unknown format.
    """
    head = stream.read(16)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # about size and metadata; the size is checked below
            values = read_float_tiff(stream)
            if values is not None:
                return LoadedImage(floats_to_rgb(values))
            with _open(stream, head) as image:
                size = image.size
                wanted = 1 if min_side is None else _wanted(image, min_side, face_side)
                shrunk = _shrink(image, stream, name, wanted)
                image.load()  # first, because getexif loads PNG files, too
                turn = _orientation(image)
                pixels = _turned(to_rgb(image, stream), turn)
    except _TooLargeError as error:
        raise ValueError(str(error)) from None
    except Image.DecompressionBombError as error:
        raise ValueError(_too_large(name, f'more than {2 * MOST_PIXELS}')) from error
    except Image.UnidentifiedImageError as error:
        raise ValueError(_unknown(name, head)) from error
    except MemoryError as error:
        raise ValueError(f'{name} needs more memory than there is. Shrink the image.') from error
    # Decoders of damaged files raise errors of many types.
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise ValueError(
            f'{name} is damaged or of an unknown format: {reason}. Copy the image again, or '
            'convert it to PNG or JPEG.'
        ) from error
    return LoadedImage(pixels, shrunk, _pad(size, shrunk, turn))


def convert_image(image: Image.Image, name: str) -> LoadedImage:
    """Convert an image of Pillow, as :func:`decode_image` decodes a file.

    Args:
        image: The image, loaded or not.
        name: The image in messages.

    Raises:
        ValueError: If the image is too large or damaged.
    """
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise ValueError(_too_large(name, str(width * height)))
    try:
        image.load()
        pixels = _turned(to_rgb(image), _orientation(image))
    # Decoders of damaged files raise errors of many types.
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise ValueError(f'{name} cannot be converted: {reason}. Open the file again.') from error
    if not pixels.size:
        raise ValueError(f'{name} has no pixels. Give an image with at least one pixel.')
    return LoadedImage(pixels)


class _TooLargeError(Exception):
    """An image with too many pixels."""


def _open(stream: BinaryIO, head: bytes) -> Image.Image:
    stream.seek(0)
    if head.startswith(b'\xff\xd8\xff'):
        # Image.open refuses more than 178 million pixels, although a JPEG can be shrunk.
        return JpegImagePlugin.JpegImageFile(stream)
    return Image.open(stream, formats=FORMATS)


def _wanted(image: Image.Image, min_side: int, face_side: float | None) -> int:
    """The largest factor that leaves a face in a JPEG enough pixels; 1 for other formats."""
    if image.format != 'JPEG':
        return 1
    shorter = min(image.size)
    side = shorter if face_side is None else face_side
    return max(k for k in SHRINKING if k == 1 or (side >= k * min_side and shorter >= k))


def _shrink(image: Image.Image, stream: BinaryIO, name: str, wanted: int) -> int:
    """Check the number of pixels, and set the factor of shrinking, which is at least ``wanted``."""
    width, height = image.size
    if width * height <= MOST_PIXELS:
        if wanted > 1:
            image.draft(image.mode, (width // wanted, height // wanted))
        return wanted
    fits = width * height <= MOST_JPEG_PIXELS and image.format == 'JPEG'
    if not fits or not _has_one_scan(stream):
        raise _TooLargeError(_too_large(name, str(width * height)))
    needed = next(k for k in SHRINKING if (width // k + 1) * (height // k + 1) <= MOST_PIXELS)
    factor = max(needed, wanted)
    image.draft(image.mode, (width // factor, height // factor))
    log_line(f'{name} has {width} x {height} pixels and is read at {image.width} x {image.height}.')
    return factor


def _has_one_scan(stream: BinaryIO) -> bool:
    """Whether a JPEG has all components in its first scan; others are kept in memory as a whole."""
    place = stream.tell()
    stream.seek(2)
    components = 0
    try:
        while True:
            marker, size = struct.unpack('>HH', stream.read(4))
            content = stream.read(size - 2)
            if marker in (0xFFC0, 0xFFC1):
                components = content[5]
            elif marker == 0xFFDA:
                return content[0] == components
            elif not 0xFFC4 <= marker <= 0xFFFE or marker == 0xFFC9:
                return False  # progressive, lossless, or arithmetic
    except (struct.error, IndexError, ValueError):
        return False
    finally:
        stream.seek(place)


def _orientation(image: Image.Image) -> int:
    """The orientation in the EXIF data, 1 if there is none or the data are damaged.

    Only this entry is read: writing the data again fails if any entry has an unexpected type.
    """
    if image.format == 'TIFF':
        return 1  # Pillow turns these files itself
    try:
        orientation = image.getexif().get(ORIENTATION)
    except Exception:
        return 1
    return orientation if isinstance(orientation, int) else 1


def _turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The pixels as a viewer shows them."""
    if orientation in TRANSPOSED:
        pixels = pixels.transpose(1, 0, 2)
    rows = -1 if orientation in UPSIDE_DOWN else 1
    columns = -1 if orientation in MIRRORED else 1
    return np.ascontiguousarray(pixels[::rows, ::columns])


def _pad(size: tuple[int, int], shrunk: int, orientation: int) -> tuple[int, int]:
    """The columns and rows that the incomplete blocks of a turned image lack at its beginning."""
    width, height = size[::-1] if orientation in TRANSPOSED else size
    return (
        -width % shrunk if orientation in MIRRORED else 0,
        -height % shrunk if orientation in UPSIDE_DOWN else 0,
    )


def _too_large(name: str, pixels: str) -> str:
    return (
        f'{name} has {pixels} pixels, but at most {MOST_PIXELS} are decoded (JPEGs in one scan up '
        f'to {MOST_JPEG_PIXELS} are shrunk). Shrink the image first.'
    )


def _is_video(head: bytes) -> bool:
    """Whether a file that is no image begins as an MP4, QuickTime, AVI, Matroska or WebM video."""
    mp4 = head[4:8] == b'ftyp' and head[8:11] not in (*HEIF_BRANDS, b'avi')
    return mp4 or head[8:12] == b'AVI ' or head[:4] == b'\x1aE\xdf\xa3'


def _unknown(name: str, head: bytes) -> str:
    if head[4:8] == b'ftyp' and head[8:11] in HEIF_BRANDS and not READS_HEIF:
        return (
            f'{name} is a HEIC image. Install pillow-heif (pip install pillow-heif), or convert '
            'the image to JPEG.'
        )
    if _is_video(head):
        return f'{name} is a video, not an image. Read its faces with `mmfer video`.'
    return f'Pillow cannot read {name} as an image. Remove it, or convert it to PNG or JPEG.'
