"""Images and JSON values encoded as the bytes of a file."""

import json

import cv2
import numpy as np

FILE_QUALITY = 95
"""JPEG quality of the files; the renderer has already applied the compression of the scene."""


def encode_jpeg(image: np.ndarray, quality: int = FILE_QUALITY) -> bytes:
    """A JPEG file of an (H, W, 3) RGB image."""
    return _encode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])


def encode_grey_png(image: np.ndarray) -> bytes:
    """A lossless grey PNG file of an (H, W, 3) RGB image."""
    return _encode('.png', cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], [])


def encode_bmp(image: np.ndarray) -> bytes:
    """A bitmap file of an (H, W, 3) RGB image."""
    return _encode('.bmp', image, [])


def _encode(suffix: str, image: np.ndarray, settings: list[int]) -> bytes:
    done, encoded = cv2.imencode(suffix, image[..., ::-1], settings)
    if not done:
        raise RuntimeError(f'OpenCV could not encode an image of shape {image.shape}.')
    return encoded.tobytes()


def dump(content: object, indent: int | None = 1) -> bytes:
    """JSON as bytes."""
    return (json.dumps(content, indent=indent) + '\n').encode()
