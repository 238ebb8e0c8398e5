"""Estimates how existing face crops were made, from the faces detected in the crops."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmfer.faces.alignment import BoxAlignment
from mmfer.faces.sidecar import ImageFaces

MOST_SPREAD = 0.25
"""Largest interquartile range of consistent crops: relative for scale, in box sides for shift."""


@dataclass(frozen=True)
class MeasuredCrop:
    """The alignment that reproduces existing crops, as the median over all faces.

    Args:
        alignment: The estimated alignment.
        spread: Interquartile range of the scale.
        faces: Number of measured faces.
    """

    alignment: BoxAlignment
    spread: float
    faces: int

    def resized(self, size: int) -> 'MeasuredCrop':
        """The same framing in crops of another size in pixels."""
        return replace(self, alignment=replace(self.alignment, size=size))


def measure_crop(images: Sequence[ImageFaces]) -> MeasuredCrop | None:
    """Estimate the alignment of images that are face crops.

    Returns:
        None if the images are not squares of one size, if the position of the face varies as in
        photographs, or if no face was detected. Faces without a score do not count as detected.
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
