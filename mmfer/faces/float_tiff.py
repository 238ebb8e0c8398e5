"""TIFF images of floating-point values, most of which Pillow cannot read."""

from typing import Any, BinaryIO

import cv2
import numpy as np
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    IMAGELENGTH,
    IMAGEWIDTH,
    PREFIXES,
    SAMPLEFORMAT,
    SAMPLESPERPIXEL,
    ImageFileDirectory_v2,
)

FLOATING_POINT = 3
"""The value of the tag SampleFormat."""
MOST_BYTES = 1 << 29
"""The maximum size of the decoded values."""


def read_float_tiff(stream: BinaryIO) -> np.ndarray | None:
    """Decode a TIFF image of floating-point values of 32 or 64 bits, grey or RGB.

    Args:
        stream: The data of the image.

    Returns:
        (H, W) or (H, W, 3), as a viewer shows the image; None for images of other kinds.

    Raises:
        ValueError: If the image is too large, or cannot be decoded.
    """
    stream.seek(0)
    head = stream.read(16)
    if head[:4] not in PREFIXES:
        return None
    tags = ImageFileDirectory_v2(head if head[2] == 43 or head[3] == 43 else head[:8])
    stream.seek(tags.next)
    tags.load(stream)
    if {*_all(tags.get(SAMPLEFORMAT))} != {FLOATING_POINT}:
        return None
    samples = tags.get(SAMPLESPERPIXEL, 1)
    bits = max(_all(tags.get(BITSPERSAMPLE)), default=1)
    width, height = tags.get(IMAGEWIDTH, 0), tags.get(IMAGELENGTH, 0)
    if width * height * samples * bits > 8 * MOST_BYTES:
        raise ValueError(
            f'{width} x {height} floating-point values of {bits} bits in {samples} channels need '
            f'more than {MOST_BYTES} bytes'
        )
    stream.seek(0)
    values = cv2.imdecode(np.frombuffer(stream.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype.kind != 'f' or values.shape[2:] not in ((), (3,)):
        raise ValueError(f'floating-point values of {bits} bits in {samples} channels')
    return values if values.ndim == 2 else values[..., ::-1]


def _all(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
