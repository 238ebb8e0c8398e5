"""Random effects that make renderings more similar to photographs."""

from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmfer.registry import TRANSFORMS


def tone(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change contrast, brightness, gamma and color balance of an image (H, W, 3) of 0 to 1."""
    image = image ** rng.uniform(0.6, 1.6)
    mean = image.mean()
    image = (image - mean) * rng.uniform(0.5, 1.4) + mean + rng.uniform(-0.15, 0.15)
    return image * rng.uniform(0.85, 1.15, 3).astype(np.float32)


def grey(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Remove color completely or partly."""
    level = image.mean(axis=2, keepdims=True)
    return level + (image - level) * rng.choice([0.0, rng.uniform(0, 1)])


def soften(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blur, or shrink and enlarge."""
    height, width = image.shape[:2]
    if rng.random() < 0.5:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.8))
    factor = rng.uniform(0.25, 0.9)
    small = (max(1, round(width * factor)), max(1, round(height * factor)))
    small_image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return cv2.resize(small_image, (width, height), interpolation=cv2.INTER_LINEAR)


def sharpen(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sharpen edges, as cameras do."""
    return image + rng.uniform(0.3, 1.5) * (image - cv2.GaussianBlur(image, (0, 0), 1.2))


def light(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Make parts brighter or darker, as under uneven light."""
    cells = rng.uniform(0.5, 1.5, (3, 3)).astype(np.float32)
    height, width = image.shape[:2]
    return image * cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]


def noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add sensor noise, per color channel or only to the brightness."""
    shape = image.shape if rng.random() < 0.5 else (*image.shape[:2], 1)
    return image + rng.uniform(0, 0.06) * rng.standard_normal(shape, dtype=np.float32)


def compress(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Compress as JPEG."""
    pixels = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 95))]
    decoded = cv2.imdecode(cv2.imencode('.jpg', pixels, quality)[1], cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.float32) / 255


STEPS = ((tone, 0.8), (grey, 0.3), (light, 0.3), (soften, 0.35), (sharpen, 0.2), (noise, 0.4))
"""The steps in order, with their probabilities."""


@TRANSFORMS.register_module()
class RandomPhotograph(BaseTransform):
    """Change light, color, sharpness, noise and compression, as they vary in photographs.

    Each step has its own probability; JPEG is last. The geometry of the image does not change.

    Args:
        prob: The probability that any step is applied.
        jpeg_prob: The probability of JPEG compression.

    Raises:
        ValueError: If a probability is not from 0 to 1.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='RandomPhotograph', prob=0.9)]
    """

    def __init__(self, prob: float = 0.9, jpeg_prob: float = 0.3) -> None:
        if not (0 <= prob <= 1 and 0 <= jpeg_prob <= 1):
            raise ValueError(
                f'RandomPhotograph(prob={prob}, jpeg_prob={jpeg_prob}): give probabilities from 0 '
                'to 1.'
            )
        self.prob, self.jpeg_prob = prob, jpeg_prob

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace ``img`` (H, W, 3) uint8."""
        # mmengine seeds the global generator
        rng = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002
        if rng.random() >= self.prob:
            return results
        image = results['img'].astype(np.float32) / 255
        for step, share in (*STEPS, (compress, self.jpeg_prob)):
            if rng.random() < share:
                image = np.clip(step(image, rng), 0, 1).astype(np.float32)
        return {**results, 'img': np.rint(image * 255).astype(np.uint8)}
