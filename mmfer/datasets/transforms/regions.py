"""Regions and landmark masks of faces for the multi-region network (paper 001)."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmfer.datasets.transforms.derived_fields import (
    GeometricTransform,
    refuse_derived_fields,
)
from mmfer.datasets.transforms.geometry import move
from mmfer.faces.landmark_mask import ATTENDED, eye_region, landmark_mask, mouth_region
from mmfer.registry import TRANSFORMS


def known_landmarks(results: dict[str, Any], who: str) -> tuple[np.ndarray, np.ndarray]:
    """The landmarks (68, 2) of a sample and their scores (68,); missing scores are 1.

    Raises:
        ValueError: If the sample has no landmarks.
    """
    if 'landmarks' not in results:
        raise no_points(results, who, 'landmarks')
    return results['landmarks'], results.get('landmark_scores', np.ones(68, dtype=np.float32))


def no_points(results: dict[str, Any], who: str, what: str) -> ValueError:
    """The error about a sample without the points that a transform needs."""
    return ValueError(
        f'{who}: "{results.get("img_path", "an image")}" has no {what}. Write a sidecar with '
        'landmarks: mmfer prepare DATASET_DIR --layout LAYOUT (with --whole-image '
        'no-face also for faces that are not detected)'
    )


def crop_box(image: np.ndarray, box: np.ndarray, size: int) -> np.ndarray:
    """Crop a box, which need not be aligned to pixels, and resize it to a square.

    Args:
        image: (H, W, 3) uint8.
        box: x1, y1, x2, y2 in pixels; the first pixel extends from -0.5 to 0.5.
        size: The side in pixels. If this is smaller than the box, areas are averaged.

    Returns:
        (size, size, 3).
    """
    x1, y1, x2, y2 = map(float, box)
    finer = max(1, int(np.ceil(max(x2 - x1, y2 - y1) / size)))
    side = size * finer
    x, y = (x2 - x1) / side, (y2 - y1) / side
    matrix = np.array([[x, 0, x1 + x / 2], [0, y, y1 + y / 2]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(image, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return crop if finer == 1 else cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)


@TRANSFORMS.register_module()
class CropRegions(GeometricTransform):
    """Stack face, eyes and mouth vertically, each as a square of ``size`` pixels.

    The regions of the eyes, with the brows, and of the mouth are the boxes around their visible
    landmarks. A region without a box gives a black square and False in ``region_valid`` (2,).
    Landmarks and face box are then in pixels of the square of the face, at the top. Put this
    transform after all geometric transforms and :class:`LandmarkMask`, right before
    ``PackExpression``.

    Args:
        size: The side S in pixels; the image becomes (3 * S, S).
        threshold: Minimum confidence of a visible landmark.
        margin: The border of a region on each side, as a fraction of the longer side of its box.

    Raises:
        ValueError: If the sample has no landmarks.

    Example:
        >>> pipeline = [
        ...     dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=224),
        ...     dict(type='LandmarkMask'), dict(type='CropRegions', size=224),
        ...     dict(type='PackExpression')]
    """

    needs_landmarks = True
    stays_right = ('landmark_mask',)  # belongs to the square of the face, the whole image

    def __init__(self, size: int, threshold: float = 0.5, margin: float = 0.1) -> None:
        if size < 1:
            raise ValueError(f'CropRegions(size={size}): give at least 1 pixel.')
        self.size, self.threshold, self.margin = size, threshold, margin

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image by the strip and add ``region_valid``."""
        landmarks, scores = known_landmarks(results, 'CropRegions')
        image, size = results['img'], self.size
        height, width = image.shape[:2]
        crops = [crop_box(image, np.array([-0.5, -0.5, width - 0.5, height - 0.5]), size)]
        valid = []
        for find in (eye_region, mouth_region):
            region = find(landmarks, scores, (height, width), self.threshold, self.margin)
            valid.append(region.valid)
            black = np.zeros((size, size, 3), dtype=image.dtype)
            crops.append(crop_box(image, region.box, size) if region.valid else black)
        x, y = size / width, size / height
        matrix = np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2]])
        return {**move(results, matrix, np.concatenate(crops)), 'region_valid': np.array(valid)}


@TRANSFORMS.register_module()
class LandmarkMask(BaseTransform):
    """Add ``landmark_mask`` (1, h, w): the cells of the current image with visible landmarks.

    Put this transform after all geometric transforms and before :class:`CropRegions`.

    Args:
        grid: Height and width of the last map of the network; one number for a square map.
        threshold: Minimum confidence I of a visible landmark (eq. 4).
        ids: Numbers of the landmarks that count.

    Raises:
        ValueError: If the sample has no landmarks, or its regions are cropped already.

    Example:
        >>> pipeline = [
        ...     dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=224),
        ...     dict(type='LandmarkMask', grid=7, threshold=0.5), dict(type='PackExpression')]
    """

    needs_landmarks = True

    def __init__(
        self,
        grid: int | tuple[int, int] = 7,
        threshold: float = 0.5,
        ids: Sequence[int] = ATTENDED,
    ) -> None:
        self.grid, self.threshold, self.ids = grid, threshold, tuple(ids)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add the mask."""
        refuse_derived_fields(results, 'LandmarkMask', ('landmark_mask',))
        landmarks, scores = known_landmarks(results, 'LandmarkMask')
        size = results['img'].shape[:2]
        mask = landmark_mask(landmarks, scores, size, self.grid, self.threshold, self.ids)
        return {**results, 'landmark_mask': mask[None]}
