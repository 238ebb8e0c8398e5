"""Geometric transforms that move image, landmarks and box together.

Points are in pixels, with (0, 0) at the center of the first pixel, as in OpenCV.
"""

from typing import Any

import cv2
import numpy as np
from mmcv.transforms.utils import cache_randomness

from mmfer.datasets.transforms.derived_fields import GeometricTransform
from mmfer.faces.landmark_order import MIRRORED_68
from mmfer.faces.resizing import resize_square
from mmfer.registry import TRANSFORMS

FLIPPED_68 = MIRRORED_68
FLIPPED_5 = np.array([1, 0, 2, 4, 3])
"""The same order for two eyes, nose and two corners of the mouth."""

# mmengine seeds the global generator of NumPy in every worker.
_uniform = np.random.uniform  # noqa: NPY002

POINTS = {'landmarks': FLIPPED_68, 'landmarks5': FLIPPED_5}


def move(results: dict[str, Any], matrix: np.ndarray, image: np.ndarray) -> dict[str, Any]:
    """A sample with a new image and moved landmarks and boxes.

    Args:
        results: The sample.
        matrix: (2, 3), maps (x, y, 1) of the old image to (x, y) of the new image.
        image: The new image.
    """
    moved = {**results, 'img': image, 'img_shape': image.shape[:2]}
    for name in POINTS:
        if name in results:
            moved[name] = (results[name] @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    if 'face_box' in results:
        x1, y1, x2, y2 = results['face_box']
        corners = np.array([[x1, y1], [x2, y1], [x1, y2], [x2, y2]])
        corners = corners @ matrix[:, :2].T + matrix[:, 2]
        moved['face_box'] = np.concatenate([corners.min(0), corners.max(0)]).astype(np.float32)
    return moved


@TRANSFORMS.register_module()
class CropFace(GeometricTransform):
    """Crop the square around ``face_box``; pixels outside the image repeat its edge.

    Args:
        margin: The border on each side, as a fraction of the longer side of the box.
        optional: Do not change images without ``face_box``, because they are face crops already.

    Raises:
        ValueError: If the sample has no ``face_box``, and ``optional`` is False, or the box is
            much larger than the image.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='CropFace', margin=0.15)]
    """

    LARGEST = 4
    """The largest side of a box, in sides of the image; the crop would fill the memory."""

    def __init__(self, margin: float = 0.15, optional: bool = False) -> None:
        self.margin, self.optional = margin, optional
        self.cuts_face = not optional  # an optional crop leaves face crops as they are

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image by the crop."""
        if 'face_box' not in results:
            if self.optional:
                return results
            raise ValueError(
                f'CropFace: "{results["img_path"]}" has no face_box. Give boxes in the annotations '
                'or a sidecar, set optional=True if images are face crops already, or remove '
                'CropFace.'
            )
        x1, y1, x2, y2 = results['face_box']
        image = results['img']
        height, width = image.shape[:2]
        if not max(x2 - x1, y2 - y1) <= self.LARGEST * max(height, width):
            raise ValueError(
                f'CropFace: the face_box of "{results["img_path"]}" is '
                f'{np.asarray(results["face_box"]).tolist()}, but the image has {width} x {height} '
                'pixels. Correct the box in the annotations.'
            )
        side = max(1, round(max(x2 - x1, y2 - y1) * (1 + 2 * self.margin)))
        left, top = round((x1 + x2 - side) / 2), round((y1 + y2 - side) / 2)
        rows = np.clip(np.arange(top, top + side), 0, height - 1)
        columns = np.clip(np.arange(left, left + side), 0, width - 1)
        crop = image[rows[:, None], columns]
        return move(results, np.array([[1.0, 0, -left], [0, 1.0, -top]]), crop)


@TRANSFORMS.register_module()
class ResizeFace(GeometricTransform):
    """Resize to a square.

    Args:
        size: The side in pixels.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=112)]
    """

    stays_right = ('landmark_mask',)  # its cells are fractions of the whole image

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f'ResizeFace(size={size}): give at least 1 pixel.')
        self.size = size

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image."""
        height, width = results['img'].shape[:2]
        x, y = self.size / width, self.size / height
        if (height, width) == (self.size, self.size):
            return results
        image = resize_square(results['img'], self.size)
        return move(results, np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2]]), image)


@TRANSFORMS.register_module()
class RandomFaceFlip(GeometricTransform):
    """Mirror a face, and swap the numbers of opposite landmarks.

    Args:
        prob: The probability of a flip.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='RandomFaceFlip', prob=0.5)]
    """

    def __init__(self, prob: float = 0.5) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'RandomFaceFlip(prob={prob}): give a probability from 0 to 1.')
        self.prob = prob

    @cache_randomness
    def _draw(self) -> bool:
        return bool(_uniform() < self.prob)

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Mirror the image or not, and record this in ``flip``."""
        if not self._draw():
            return {**results, 'flip': False, 'flip_direction': None}
        image = cv2.flip(results['img'], 1)
        width = image.shape[1]
        moved = move(results, np.array([[-1.0, 0, width - 1], [0, 1.0, 0]]), image)
        for name, order in POINTS.items():
            if name in moved:
                moved[name] = moved[name][order]
        if 'landmark_scores' in moved:
            moved['landmark_scores'] = moved['landmark_scores'][FLIPPED_68]
        return {**moved, 'flip': True, 'flip_direction': 'horizontal'}


@TRANSFORMS.register_module()
class RandomFaceAffine(GeometricTransform):
    """Rotate, scale and shift a face in one warp; pixels outside the image mirror it.

    Args:
        rotate: The largest angle in degrees, in both directions.
        scale: The smallest and largest factor.
        shift: The largest shift in x and y, in both directions, as a fraction of the side.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=112),
        ...             dict(type='RandomFaceAffine', rotate=10, scale=(0.9, 1.1), shift=0.05)]
    """

    def __init__(
        self, rotate: float = 10, scale: tuple[float, float] = (0.9, 1.1), shift: float = 0.05
    ) -> None:
        self.rotate, self.scale, self.shift = rotate, scale, shift

    @cache_randomness
    def _draw(self) -> tuple[float, float, np.ndarray]:
        angle = _uniform(-self.rotate, self.rotate)
        return angle, _uniform(*self.scale), _uniform(-1, 1, 2) * self.shift

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Warp the image."""
        angle, scale, shift = self._draw()
        height, width = results['img'].shape[:2]
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, scale)
        matrix[:, 2] += shift * (width, height)
        image = cv2.warpAffine(
            results['img'], matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101
        )
        return move(results, matrix, image)
