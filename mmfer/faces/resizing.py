"""Images and faces in other sizes."""

import cv2
import numpy as np

MOST_CHANNELS = 4
"""The channels of which OpenCV takes averages."""


def resize_square(image: np.ndarray, size: int) -> np.ndarray:
    """A face (H, W, C) as a square of ``size`` pixels: averaged where it shrinks, else linear."""
    height, width = image.shape[:2]
    if (height, width) == (size, size):
        return image
    method = cv2.INTER_AREA if size < max(height, width) else cv2.INTER_LINEAR
    if image.ndim == 3 and image.shape[2] > MOST_CHANNELS:
        parts = [image[..., i : i + MOST_CHANNELS] for i in range(0, image.shape[2], MOST_CHANNELS)]
        shrunk = [cv2.resize(part, (size, size), interpolation=method) for part in parts]
        return np.concatenate([part.reshape(size, size, -1) for part in shrunk], axis=2)
    return cv2.resize(image, (size, size), interpolation=method)


def scale_image(image: np.ndarray, scale: float) -> np.ndarray:
    """An image (H, W, 3) with sides ``scale`` times as long, at least a pixel, averaged."""
    if scale == 1:
        return image
    size = tuple(max(1, round(side * scale)) for side in image.shape[1::-1])
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
