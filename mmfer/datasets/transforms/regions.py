"""What the multi-region network takes of a face: its regions and its landmark mask (paper 001)."""

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
    """The landmarks (68, 2) of a sample and their scores (68,), ones if there are none.

    Raises:
        ValueError: If the sample has no landmarks.
    """
    if 'landmarks' not in results:
        raise ValueError(
            f'{who}: no landmarks are known for "{results.get("img_path", "an image")}". Write a '
            'sidecar with them beside the data set: python tools/prepare_faces.py DATASET_DIR '
            '--layout LAYOUT (with --whole-image no-face also for faces that are not detected)'
        )
    return results['landmarks'], results.get('landmark_scores', np.ones(68, dtype=np.float32))


def crop_box(image: np.ndarray, box: np.ndarray, size: int) -> np.ndarray:
    """Cut a box out and resize it to a square, whole or not.

    Args:
        image: (H, W, 3) uint8.
        box: x1, y1, x2, y2 in pixels; the first pixel reaches from -0.5 to 0.5.
        size: The side in pixels. Where that is less than the box has, areas are averaged.

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
    """Put face, eyes and mouth below one another, each a square of ``size`` pixels.

    The eyes, with their brows, and the mouth are the boxes around their visible landmarks. Where
    there is no such box, its square is black, and ``region_valid`` (2,) is False for it. Landmarks
    and face box go on in pixels of the face's square, the uppermost. It stands behind all
    geometric transforms and :class:`LandmarkMask`, right before ``PackExpression``.

    Args:
        size: The side S in pixels; the image becomes (3 * S, S).
        threshold: Least confidence of a visible landmark.
        margin: The border of a region on each side, in parts of its box's longer side.

    Raises:
        ValueError: If the sample has no landmarks.

    Example:
        >>> pipeline = [
        ...     dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=224),
        ...     dict(type='LandmarkMask'), dict(type='CropRegions', size=224),
        ...     dict(type='PackExpression')]
    """

    needs_landmarks = True
    stays_right = ('landmark_mask',)  # of the face's square, which keeps all of the image

    def __init__(self, size: int, threshold: float = 0.5, margin: float = 0.1) -> None:
        if size < 1:
            raise ValueError(f'CropRegions(size={size}): give at least 1 pixel.')
        self.size, self.threshold, self.margin = size, threshold, margin

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image by the strip and add ``region_valid``."""
        landmarks, scores = known_landmarks(results, 'CropRegions')
        image, size = results['img'], self.size
        height, width = image.shape[:2]
        pictures = [crop_box(image, np.array([-0.5, -0.5, width - 0.5, height - 0.5]), size)]
        valid = []
        for find in (eye_region, mouth_region):
            region = find(landmarks, scores, (height, width), self.threshold, self.margin)
            valid.append(region.valid)
            black = np.zeros((size, size, 3), dtype=image.dtype)
            pictures.append(crop_box(image, region.box, size) if region.valid else black)
        x, y = size / width, size / height
        matrix = np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2]])
        return {**move(results, matrix, np.concatenate(pictures)), 'region_valid': np.array(valid)}


@TRANSFORMS.register_module()
class LandmarkMask(BaseTransform):
    """Add ``landmark_mask`` (1, h, w): the cells of the image as it is now with visible landmarks.

    It stands behind all geometric transforms and before :class:`CropRegions`.

    Args:
        grid: Height and width of the network's last map; one number for a square one.
        threshold: Least confidence I of a visible landmark (eq. 4).
        ids: Numbers of the landmarks that count.

    Raises:
        ValueError: If the sample has no landmarks, or its regions are cut out already.

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
