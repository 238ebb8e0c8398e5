"""Camera noise for clean renderings."""

from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from mmcv.transforms import BaseTransform

from mmfer.faces.clips.sensor_noise import DEFAULT_FLICKER, DEFAULT_NOISE, add_sensor_noise
from mmfer.registry import TRANSFORMS


@TRANSFORMS.register_module()
class SensorNoise(BaseTransform):
    """Add noise and flicker to a clean frame, see :func:`mmfer.faces.add_sensor_noise`.

    Put this transform right after the loading. A frame gets the same noise each time, on every
    machine and in every folder: the noise depends only on ``seed`` and the last three parts of the
    path, such as ``sub01/EP02_01f/img46.jpg``.

    Args:
        noise: Standard deviation of the noise in grey levels; 0 for no noise.
        flicker: Standard deviation of a common factor of the whole frame; 0 for no flicker.
        seed: Seed of the noise.
        fresh: Draw new noise each time, for training.

    Raises:
        ValueError: If a standard deviation or the seed is negative.

    Example:
        >>> train = [dict(type='LoadExpressionImage'), dict(type='SensorNoise', fresh=True)]
        >>> test = [dict(type='LoadExpressionImage'), dict(type='SensorNoise', seed=0)]
    """

    for_renderings = True

    def __init__(
        self,
        noise: float = DEFAULT_NOISE,
        flicker: float = DEFAULT_FLICKER,
        seed: int = 0,
        fresh: bool = False,
    ) -> None:
        if not (0 <= noise < np.inf and 0 <= flicker < np.inf and seed >= 0):
            raise ValueError(
                f'SensorNoise(noise={noise}, flicker={flicker}, seed={seed}): give numbers of 0 '
                'or more.'
            )
        self.noise, self.flicker, self.seed, self.fresh = noise, flicker, seed, fresh

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace ``img`` (H, W, 3) uint8."""
        if self.fresh:  # mmengine seeds the global generator
            rng = [int(np.random.randint(2**31))]  # noqa: NPY002
        else:
            name = '/'.join(Path(results.get('img_path', '')).parts[-3:])
            rng = [self.seed, crc32(name.encode())]
        image = add_sensor_noise(results['img'], self.noise, self.flicker, rng)
        return {**results, 'img': image}
