"""Noise of a camera on clean frames: sensor noise and flicker of the light."""

from collections.abc import Iterator, Sequence

import numpy as np

from mmfer.faces.clips.clip import Clip

DEFAULT_NOISE = 2.0
"""Standard deviation in grey levels, typical of a good camera at 200 frames/s under lamps."""
DEFAULT_FLICKER = 0.005
"""Standard deviation of the brightness factor of a frame."""


def add_sensor_noise(
    frame: np.ndarray,
    noise: float = DEFAULT_NOISE,
    flicker: float = DEFAULT_FLICKER,
    rng: np.random.Generator | int | Sequence[int] = 0,
) -> np.ndarray:
    """Multiply a frame by a random factor near 1 and add independent normal noise to each value.

    Args:
        frame: (H, W) or (H, W, 3) uint8.
        noise: Standard deviation of the noise in grey levels; 0 adds no noise.
        flicker: Standard deviation of the factor, which is one number per frame; 0 for no flicker.
        rng: A generator or a seed. Equal seeds give equal noise, so give each frame another seed,
            such as the list ``[seed, frame number]``.

    Returns:
        The noisy frame, rounded and clipped to 0 to 255, uint8.

    Raises:
        ValueError: If the frame is not uint8, or a standard deviation is negative.
    """
    if frame.dtype != np.uint8:
        raise ValueError(f'The frame has the type {frame.dtype}. Give uint8, as read_image does.')
    check_noise(noise, flicker)
    rng = np.random.default_rng(rng)
    values = frame * np.float32(1 + flicker * rng.standard_normal())
    values += np.float32(noise) * rng.standard_normal(frame.shape, dtype=np.float32)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def check_noise(noise: float, flicker: float) -> None:
    """Raise ValueError if a standard deviation is negative or not finite."""
    if not (0 <= noise < np.inf and 0 <= flicker < np.inf):
        raise ValueError(f'noise={noise} and flicker={flicker} must be 0 or more.')


class NoisyClip(Clip):
    """A clip with noise added on reading; each reading of a frame gives the same noise.

    Args:
        clip: The clean clip.
        noise: See :func:`add_sensor_noise`.
        flicker: See :func:`add_sensor_noise`.
        seed: Seed of the noise.
    """

    def __init__(
        self,
        clip: Clip,
        noise: float = DEFAULT_NOISE,
        flicker: float = DEFAULT_FLICKER,
        seed: int = 0,
    ) -> None:
        self.name, self.numbers, self.messages = clip.name, clip.numbers, clip.messages
        self.clip, self.noise, self.flicker, self.seed = clip, noise, flicker, seed

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        for position, frame in enumerate(self.clip.read(start, stop), start):
            yield add_sensor_noise(frame, self.noise, self.flicker, [self.seed, position])
