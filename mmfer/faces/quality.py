"""How well the pixels of a face can be read."""

import cv2
import numpy as np

SIDE = 64
"""The side, in pixels, at which faces are compared; below it, a face loses detail."""
FULL_CONTRAST = 80.0
"""The distance of dark and bright gray levels, of 255, that is enough."""
WINDOW = 9


def face_quality(image: np.ndarray, bbox: np.ndarray) -> float | None:
    """The quality of a face from 0 to 1: the product of its sharpness and its contrast.

    Sharpness is 1 minus the blur of Crété-Roffet et al., "The blur effect: perception and
    estimation with a new no-reference perceptual blur metric" (SPIE 6492, 2007): the share of the
    differences of neighbors that another blur takes away. It is measured at 64 px, so a smaller
    face counts as blurred. Contrast is the distance of the 5th and the 95th percentile of the gray
    levels, up to 80 of 255. Unlike the score of a detector, neither knows landmarks or what a
    frontal face looks like, so a turned face is not worse.

    Args:
        image: (H, W, 3) uint8 RGB.
        bbox: (4,) x1, y1, x2, y2 in pixels; the part in the image counts.

    Returns:
        The quality; None if less than 3 x 3 pixels of the box are in the image.

    Example:
        >>> face_quality(image, MTCNN().detect(image)[0].bbox)
        0.61
    """
    height, width = image.shape[:2]
    x1, y1, x2, y2 = np.rint(np.clip(bbox, 0, [width, height, width, height])).astype(int)
    if min(x2 - x1, y2 - y1) < 3:
        return None
    gray = cv2.cvtColor(np.ascontiguousarray(image[y1:y2, x1:x2]), cv2.COLOR_RGB2GRAY)
    how = cv2.INTER_AREA if min(gray.shape) > SIDE else cv2.INTER_LINEAR
    gray = cv2.resize(gray, (SIDE, SIDE), interpolation=how).astype(np.float32)
    dark, bright = np.percentile(gray, (5, 95))
    contrast = min(1.0, float(bright - dark) / FULL_CONTRAST)
    return round(contrast * (1 - max(_blur(gray, 0), _blur(gray, 1))), 4)


def _blur(gray: np.ndarray, axis: int) -> float:
    """The share of the differences along an axis that a mean filter along it takes away."""
    size = (1, WINDOW) if axis == 0 else (WINDOW, 1)
    before = np.abs(np.diff(gray, axis=axis))
    after = np.abs(np.diff(cv2.blur(gray, size), axis=axis))
    total = float(before.sum())
    lost = float(np.maximum(before - after, 0).sum())
    return 1 - lost / total if total > 0 else 1.0
