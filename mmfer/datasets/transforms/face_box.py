"""Random changes of the box of a face."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from mmfer.registry import TRANSFORMS

_uniform = np.random.uniform  # noqa: NPY002 (mmengine seeds the global generator)


@TRANSFORMS.register_module()
class JitterFaceBox(BaseTransform):
    """Randomly shift and scale ``face_box``, to imitate differences between detectors.

    Args:
        shift: The largest shift in x and y, in both directions, as a fraction of the sides of the
            box.
        scale: The smallest and largest factor, common to both sides.

    Raises:
        ValueError: If a factor is not above 0.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'),
        ...             dict(type='JitterFaceBox', shift=0.1, scale=(0.85, 1.2)),
        ...             dict(type='CropFace', margin=0.1)]
    """

    def __init__(self, shift: float = 0.1, scale: tuple[float, float] = (0.85, 1.2)) -> None:
        if not 0 < scale[0] <= scale[1]:
            raise ValueError(
                f'JitterFaceBox(scale={scale}): give two factors above 0, the smaller one first.'
            )
        self.shift, self.scale = shift, scale

    @cache_randomness
    def _draw(self) -> tuple[np.ndarray, float]:
        return _uniform(-self.shift, self.shift, 2), _uniform(*self.scale)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace ``face_box``; a sample without ``face_box`` is not changed."""
        if 'face_box' not in results:
            return results
        shift, scale = self._draw()
        low, high = results['face_box'].reshape(2, 2)
        center, half = (low + high) / 2 + shift * (high - low), scale * (high - low) / 2
        box = np.concatenate([center - half, center + half]).astype(np.float32)
        return {**results, 'face_box': box}
