"""What a camera adds to a clean picture: noise of the sensor and flicker of the light."""

import numpy as np

DEFAULT_NOISE = 2.0
"""Standard deviation in grey levels, as of a good camera at 200 frames/s under lamps."""
DEFAULT_FLICKER = 0.005
"""Standard deviation of the common factor of a frame."""


def add_sensor_noise(
    frame: np.ndarray,
    noise: float = DEFAULT_NOISE,
    flicker: float = DEFAULT_FLICKER,
    rng: np.random.Generator | int = 0,
) -> np.ndarray:
    """A frame times a random factor near 1, plus normal noise, independent for each value.

    Args:
        frame: (H, W) or (H, W, 3) uint8.
        noise: Standard deviation of the noise in grey levels; 0 for none.
        flicker: Standard deviation of the factor, which the whole frame shares; 0 for none.
        rng: A generator, or the seed of one. One seed gives one noise: give each frame another,
            such as ``(seed, frame number)`` as a list.

    Returns:
        The noisy frame, rounded and cut to 0 to 255, uint8.

    Raises:
        ValueError: If the frame is not uint8, or a standard deviation is negative.
    """
    if frame.dtype != np.uint8:
        raise ValueError(f'The frame has the type {frame.dtype}. Give uint8, as read_image does.')
    if not (0 <= noise < np.inf and 0 <= flicker < np.inf):
        raise ValueError(f'noise={noise} and flicker={flicker} must be 0 or more.')
    rng = np.random.default_rng(rng)
    values = frame * np.float32(1 + flicker * rng.standard_normal())
    values += np.float32(noise) * rng.standard_normal(frame.shape, dtype=np.float32)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
