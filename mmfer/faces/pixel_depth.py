"""Conversion of pixels of every depth to 8 bits."""

from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

FULL_SCALES = (255, 1023, 4095, 16383, 65535)
"""The largest values of 8, 10, 12, 14 and 16 bits."""
OF_KNOWN_DEPTH = ('JPEG2000', 'PPM')
"""Formats that state the depth, which Pillow scales to 16 bits."""


def full_scale(values: np.ndarray) -> int:
    """The value of white of integers, which a file of 16 or 32 bits does not state.

    It is the smallest full scale of 8, 10, 12, 14 or 16 bits that is not below the largest value.
    Values that are all multiples of 257 are 8 bits scaled to 16, so a dark image stays dark.

    Raises:
        ValueError: If a value is negative or above 65535.
    """
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > FULL_SCALES[-1]:
        raise ValueError(f'values of {low} to {high}, outside 0 to {FULL_SCALES[-1]}')
    if high > 0 and not (values % 257).any():
        return FULL_SCALES[-1]
    return next(full for full in FULL_SCALES if high <= full)


def to_rgb(image: Image.Image, stream: BinaryIO | None = None) -> np.ndarray:
    """The pixels of a loaded image as (H, W, 3) uint8 RGB; transparent parts become white.

    Args:
        image: The loaded image.
        stream: The data of the image, for color images of 16 bits, of which Pillow keeps 8; without
            it, the upper 8 bits are used.

    Raises:
        ValueError: If values are outside the range of their type: 0 to 65535 for integers, 0 to 1
            for floating-point numbers.
    """
    if image.mode == 'F':
        return floats_to_rgb(np.asarray(image))
    if image.mode.startswith('I'):
        grey = np.asarray(image)
        known = image.format in OF_KNOWN_DEPTH
        full = FULL_SCALES[-1] if known and grey.min() >= 0 else full_scale(grey)
        return _three(_scaled(grey, full))
    deep = None if stream is None else _deep_colors(image, stream)
    if deep is not None:
        full = full_scale(deep[..., :3])
        depth = np.dstack([_scaled(deep[..., 2::-1], full), deep[..., 3:] >> 8]).astype(np.uint8)
        image = Image.fromarray(depth)
    if image.has_transparency_data:
        image = image.convert('RGBA')
        white = Image.new('RGBA', image.size, 'white')
        image = Image.alpha_composite(white, image)
    return np.array(image if image.mode == 'RGB' else image.convert('RGB'))


def floats_to_rgb(values: np.ndarray) -> np.ndarray:
    """Floating-point values (H, W) or (H, W, 3), of which 1 is white, as (H, W, 3) uint8.

    Raises:
        ValueError: If a value is outside 0 to 1 or not a number.
    """
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= 1):  # also if they are NaN
        raise ValueError(f'floating-point values of {low:g} to {high:g}, outside 0 to 1')
    scaled = np.rint(values * 255).astype(np.uint8)
    return _three(scaled) if scaled.ndim == 2 else scaled


def _scaled(values: np.ndarray, full: int) -> np.ndarray:
    """Values of 0 to ``full`` as 0 to 255, uint8."""
    table = np.rint(np.arange(full + 1) / full * 255).astype(np.uint8)
    return table[values]


def _three(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=2)


def _deep_colors(image: Image.Image, stream: BinaryIO) -> np.ndarray | None:
    """The values (BGR or BGRA) of a 16-bit color image that uses fewer than 16 bits, or None."""
    if image.format not in ('PNG', 'TIFF') or image.mode not in ('RGB', 'RGBA'):
        return None
    # Pillow keeps the upper 8 bits of 16, so those of 14 bits are at most 63.
    if np.asarray(image)[..., :3].max() > FULL_SCALES[-2] >> 8:
        return None
    stream.seek(0)
    deep = cv2.imdecode(np.frombuffer(stream.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.dtype != np.uint16 or deep.ndim != 3:
        return None
    return deep if deep.shape[:2] == (image.height, image.width) else None
