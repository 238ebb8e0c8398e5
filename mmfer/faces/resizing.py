"""Faces in the size of a network."""

import cv2
import numpy as np


def resize_square(image: np.ndarray, size: int) -> np.ndarray:
    """A face (H, W, 3) as a square of ``size`` pixels: averaged where it shrinks, else linear."""
    height, width = image.shape[:2]
    if (height, width) == (size, size):
        return image
    method = cv2.INTER_AREA if size < max(height, width) else cv2.INTER_LINEAR
    return cv2.resize(image, (size, size), interpolation=method)
