"""How pictures that are face crops already were cut, measured from the faces found in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmfer.faces.alignment import BoxAlignment
from mmfer.faces.sidecar import ImageFaces

MOST_SPREAD = 0.25
"""Largest distance of the quartiles, in sides of the picture, at which the crops are alike."""


@dataclass(frozen=True)
class MeasuredCrop:
    """An alignment that gives crops like the pictures, on the median.

    Args:
        alignment: It.
        spread: The distance of the quartiles of its scale.
        faces: The number of faces measured.
    """

    alignment: BoxAlignment
    spread: float
    faces: int


def measure_crop(images: Sequence[ImageFaces]) -> MeasuredCrop | None:
    """How the pictures lie around the boxes of their faces.

    Returns:
        None if the pictures are not all squares of one size, if they lie differently around their
        faces, as photographs do, or if no face was detected. A face without a score was not.
    """
    sizes = {(image.width, image.height) for image in images}
    boxes = np.array([f.bbox for image in images for f in image.faces if f.score is not None])
    if len(sizes) != 1 or not len(boxes):
        return None
    ((size, height),) = sizes
    if size != height:
        return None
    corner, opposite = boxes[:, :2], boxes[:, 2:]
    side = np.sqrt((opposite - corner).prod(axis=1, keepdims=True))
    shift = (size / 2 - (corner + opposite) / 2) / side
    measured = np.concatenate([size / side, shift], axis=1)
    low, median, high = np.quantile(measured, (0.25, 0.5, 0.75), axis=0)
    spread = high - low
    if spread[0] > MOST_SPREAD * median[0] or (spread[1:] > MOST_SPREAD).any():
        return None
    scale, x, y = (round(float(value), 2) for value in median)
    return MeasuredCrop(BoxAlignment(size, scale, (x, y)), round(float(spread[0]), 2), len(boxes))
