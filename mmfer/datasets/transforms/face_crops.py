"""Crops of a fixed size: at random in training, at five places in testing."""

from typing import Any

import numpy as np
from mmcv.transforms.utils import cache_randomness

from mmfer.datasets.transforms.derived_fields import GeometricTransform
from mmfer.datasets.transforms.geometry import move
from mmfer.registry import TRANSFORMS

# numpy's global generator is the one that mmengine seeds in every worker.
_integer = np.random.randint  # noqa: NPY002

PLACES = {
    'center': (0.5, 0.5),
    'top_left': (0.0, 0.0),
    'top_right': (0.0, 1.0),
    'bottom_left': (1.0, 0.0),
    'bottom_right': (1.0, 1.0),
}
"""Where the five crops lie, from 0 at the top or left to 1 at the bottom or right."""


def _room(results: dict[str, Any], size: int) -> tuple[int, int]:
    """How many pixels the image has more than the crop, in height and width."""
    height, width = results['img'].shape[:2]
    if min(height, width) < size:
        raise ValueError(
            f'"{results.get("img_path", "An image")}" has {height} x {width} pixels, less than the '
            f'crop of {size}: put ResizeFace with a larger size before it.'
        )
    return height - size, width - size


def _crop(results: dict[str, Any], top: int, left: int, size: int) -> dict[str, Any]:
    image = np.ascontiguousarray(results['img'][top : top + size, left : left + size])
    return move(results, np.array([[1.0, 0, -left], [0, 1.0, -top]]), image)


@TRANSFORMS.register_module()
class RandomFaceCrop(GeometricTransform):
    """Cut a square out at a random place.

    Args:
        size: The side in pixels.

    Raises:
        ValueError: If the image is smaller.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=256),
        ...             dict(type='RandomFaceCrop', size=224)]
    """

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f'RandomFaceCrop(size={size}): give at least 1 pixel.')
        self.size = size

    @cache_randomness
    def _draw(self, height: int, width: int) -> tuple[int, int]:
        return int(_integer(height + 1)), int(_integer(width + 1))

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image."""
        top, left = self._draw(*_room(results, self.size))
        return _crop(results, top, left, self.size)


@TRANSFORMS.register_module()
class FaceCrop(GeometricTransform):
    """Cut a square out at a fixed place; five of them make five-crop testing.

    Args:
        size: The side in pixels.
        place: ``'center'``, ``'top_left'``, ``'top_right'``, ``'bottom_left'`` or
            ``'bottom_right'``.

    Raises:
        ValueError: If the place is unknown, or the image is smaller.

    Example:
        >>> five_crops = [dict(type='FaceCrop', size=224, place=place) for place in (
        ...     'center', 'top_left', 'top_right', 'bottom_left', 'bottom_right')]
        >>> tta_pipeline = [
        ...     dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=256),
        ...     dict(type='TestTimeAug', transforms=[five_crops, [dict(type='PackExpression')]])]
    """

    def __init__(self, size: int, place: str = 'center') -> None:
        if size < 1:
            raise ValueError(f'FaceCrop(size={size}): give at least 1 pixel.')
        if place not in PLACES:
            raise ValueError(f"FaceCrop: place='{place}' must be one of {', '.join(PLACES)}.")
        self.size, self.place = size, place

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image."""
        (height, width), (down, right) = _room(results, self.size), PLACES[self.place]
        return _crop(results, round(height * down), round(width * right), self.size)
