"""Small functions on arrays, shared by the modules of the renderer."""

import numpy as np
from numpy.typing import ArrayLike


def f32(values: ArrayLike) -> np.ndarray:
    """Values as a float32 array."""
    return np.asarray(values, np.float32)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (N, 3) scaled to length 1."""
    length = np.sqrt(np.einsum('ij,ij->i', vectors, vectors))
    return vectors / np.maximum(length, 1e-9)[:, None]


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """A smooth step from 0 below ``low`` to 1 above ``high``; it falls if ``low > high``."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
