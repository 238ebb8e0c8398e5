"""Heat maps over faces."""

import cv2
import numpy as np


def scaled(heat: np.ndarray) -> np.ndarray:
    """Scale a map linearly so that its values range from 0 to 1; a constant map becomes 0."""
    heat = np.asarray(heat, dtype=np.float32)
    low, high = float(heat.min()), float(heat.max())
    return (heat - low) / (high - low) if high > low else np.zeros_like(heat)


def overlay_heat_map(image: np.ndarray, heat: np.ndarray, opacity: float = 0.5) -> np.ndarray:
    """Lay a heat map over a face: low values are blue, high values are red.

    Args:
        image: The face, (H, W, 3) uint8 RGB.
        heat: (h, w) with values from 0 to 1, as returned by :func:`scaled`; the map is resized to
            the size of the face.
        opacity: Opacity of the colors, from 0 to 1.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        ValueError: If the map is not (h, w), or has values outside 0 to 1.
    """
    import matplotlib  # takes long to import

    heat = np.asarray(heat, dtype=np.float32)
    if heat.ndim != 2 or not np.all((heat >= 0) & (heat <= 1)):
        raise ValueError(
            f'A heat map of shape {heat.shape} must be (h, w) with finite values from 0 to 1. '
            'Scale the map with mmfer.visualization.scaled.'
        )
    height, width = image.shape[:2]
    large = cv2.resize(heat, (width, height), interpolation=cv2.INTER_LINEAR)
    colors = matplotlib.colormaps['jet'](large)[..., :3] * 255
    return np.rint((1 - opacity) * image + opacity * colors).astype(np.uint8)
