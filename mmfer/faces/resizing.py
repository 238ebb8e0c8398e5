"""Images and faces in other sizes."""

import cv2
import numpy as np


def resize_square(image: np.ndarray, size: int) -> np.ndarray:
    """A face (H, W, 3) as a square of ``size`` pixels: averaged where it shrinks, else linear."""
    height, width = image.shape[:2]
    if (height, width) == (size, size):
        return image
    method = cv2.INTER_AREA if size < max(height, width) else cv2.INTER_LINEAR
    return cv2.resize(image, (size, size), interpolation=method)


def scale_image(image: np.ndarray, scale: float) -> np.ndarray:
    """An image (H, W, 3) with sides ``scale`` times as long, at least a pixel, averaged."""
    if scale == 1:
        return image
    size = tuple(max(1, round(side * scale)) for side in image.shape[1::-1])
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
