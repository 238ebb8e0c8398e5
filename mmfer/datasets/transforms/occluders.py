"""Flat things before a face."""

from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmfer.datasets.transforms.derived_fields import refuse_derived_fields
from mmfer.registry import TRANSFORMS


def shape_mask(size: tuple[int, int], extent: float, rng: np.random.Generator) -> np.ndarray:
    """A rectangle or ellipse (H, W) bool, anywhere, at any angle."""
    height, width = size
    centre = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
    sides = (
        float(rng.uniform(0.1, 1) * extent * width),
        float(rng.uniform(0.1, 1) * extent * width),
    )
    shape = (centre, sides, float(rng.uniform(0, 180)))
    mask = np.zeros((height, width), np.uint8)
    if rng.random() < 0.5:
        cv2.ellipse(mask, shape, 1, -1)
    else:
        cv2.fillConvexPoly(mask, np.rint(cv2.boxPoints(shape)).astype(np.int32), 1)
    return mask.astype(bool)


def texture(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What covers the image: one colour, clouds, stripes, or the image itself moved."""
    height, width = image.shape[:2]
    colors = rng.uniform(0, 255, (2, 3)).astype(np.float32)
    kind = rng.integers(4)
    if kind == 0:
        return np.broadcast_to(colors[0], image.shape)
    if kind == 1:
        return np.roll(image, (height // 2, width // 2), axis=(0, 1))[::-1]
    if kind == 2:
        cells = rng.uniform(0, 255, (*rng.integers(2, 12, 2), 3)).astype(np.float32)
        return cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR)
    direction = rng.standard_normal(2) * 0.5
    rows, columns = np.mgrid[:height, :width]
    wave = np.sin(rows * direction[0] + columns * direction[1])[..., None]
    return np.where(wave > 0, colors[0], colors[1])


@TRANSFORMS.register_module()
class RandomOccluders(BaseTransform):
    """Paste rectangles and ellipses; ``landmark_scores`` of the points they cover become 0.

    They lie anywhere in the image, so some of them only make the background less plain.

    Args:
        prob: How often.
        most: The largest number of shapes.
        extent: The longest side of a shape, in parts of the image's width.

    Raises:
        ValueError: If an option is out of its range, or the sample has a landmark mask or regions
            already, which would not know what is covered.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='RandomOccluders', prob=0.5)]
    """

    def __init__(self, prob: float = 0.5, most: int = 3, extent: float = 0.5) -> None:
        if not 0 <= prob <= 1 or most < 1 or extent <= 0:
            raise ValueError(
                f'RandomOccluders(prob={prob}, most={most}, extent={extent}): give a probability '
                'from 0 to 1, at least 1 shape, and an extent above 0.'
            )
        self.prob, self.most, self.extent = prob, most, extent

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace ``img`` (H, W, 3) uint8 and ``landmark_scores``."""
        refuse_derived_fields(results, 'RandomOccluders')
        # mmengine seeds the global generator
        rng = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002
        if rng.random() >= self.prob:
            return results
        image, hidden = results['img'].copy(), np.zeros(results['img'].shape[:2], bool)
        for _ in range(rng.integers(1, self.most + 1)):
            mask = shape_mask(hidden.shape, self.extent, rng)
            image[mask] = texture(results['img'], rng)[mask]
            hidden |= mask
        changed = {**results, 'img': image}
        if 'landmark_scores' in results:
            column, row = np.rint(results['landmarks']).astype(int).T
            inside = (column >= 0) & (row >= 0) & (column < hidden.shape[1]) & (row < len(hidden))
            covered = inside.copy()
            covered[inside] = hidden[row[inside], column[inside]]
            changed['landmark_scores'] = np.where(covered, 0, results['landmark_scores']).astype(
                np.float32
            )
        return changed
