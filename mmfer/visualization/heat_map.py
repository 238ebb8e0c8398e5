"""A map of numbers as colours over a face."""

import cv2
import matplotlib
import numpy as np


def scaled(heat: np.ndarray) -> np.ndarray:
    """A map brought to 0 ... 1 from its least to its largest value; a constant one becomes 0."""
    heat = np.asarray(heat, dtype=np.float32)
    low, high = float(heat.min()), float(heat.max())
    return (heat - low) / (high - low) if high > low else np.zeros_like(heat)


def overlay_heat_map(image: np.ndarray, heat: np.ndarray, opacity: float = 0.5) -> np.ndarray:
    """Lay a map over a face, blue where it is low, red where it is high.

    Args:
        image: The face, (H, W, 3) uint8 RGB.
        heat: (h, w) with values 0 ... 1, such as :func:`scaled` gives; it is enlarged to the face.
        opacity: How much of the face the colours hide, 0 ... 1.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        ValueError: If the map is not (h, w), or has values that are not in 0 ... 1.
    """
    heat = np.asarray(heat, dtype=np.float32)
    if heat.ndim != 2 or not np.all((heat >= 0) & (heat <= 1)):
        raise ValueError(
            f'A heat map of shape {heat.shape} must be (h, w) with finite values from 0 to 1. '
            'Bring it there with mmfer.visualization.scaled.'
        )
    height, width = image.shape[:2]
    large = cv2.resize(heat, (width, height), interpolation=cv2.INTER_LINEAR)
    colors = matplotlib.colormaps['jet'](large)[..., :3] * 255
    return np.rint((1 - opacity) * image + opacity * colors).astype(np.uint8)
