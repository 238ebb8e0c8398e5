"""The regions of blinks, which apex spotting excludes."""

import numpy as np

EYES = (slice(36, 42), slice(42, 48))
MARGIN = 0.3
"""Border around the landmarks of an eye, as a share of the eye's width."""


def beside_eyelids(landmarks: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
    """The pixels of a frame that a blink does not change.

    Args:
        landmarks: (68, 2), x and y in pixels.
        image_size: Height and width of the frame.

    Returns:
        (H, W) bool, False in a box around each eye.
    """
    still = np.ones(image_size, dtype=bool)
    for eye in EYES:
        points = landmarks[eye]
        margin = MARGIN * np.ptp(points[:, 0])
        x1, y1 = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
        x2, y2 = np.maximum(np.ceil(points.max(axis=0) + margin) + 1, 0).astype(int)
        still[y1:y2, x1:x2] = False
    return still
