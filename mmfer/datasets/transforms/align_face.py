"""Faces cut out by their 68 landmarks."""

from typing import Any

import numpy as np

from mmfer.datasets.transforms.derived_fields import GeometricTransform
from mmfer.datasets.transforms.geometry import move
from mmfer.datasets.transforms.regions import known_landmarks
from mmfer.faces.alignment import FivePointAlignment, similarity_transform, warp
from mmfer.registry import TRANSFORMS

FIVE_OF_68 = (range(36, 42), range(42, 48), (30,), (48,), (54,))
"""The landmarks whose means are the eyes, the tip of the nose and the corners of the mouth."""


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """The five points (5, 2) of alignment, out of the 68 of iBUG 300-W."""
    return np.stack([landmarks[list(ids)].mean(axis=0) for ids in FIVE_OF_68])


@TRANSFORMS.register_module()
class AlignFace(GeometricTransform):
    """Turn the face upright and cut it out by its 68 landmarks (paper 004, section 3.2).

    Eyes, nose and corners of the mouth go as nearly as a similarity allows to the places of
    :class:`mmfer.faces.FivePointAlignment`, in one warp; beyond the image's edge, the edge is
    repeated.

    Args:
        size: The side of the crop in pixels.
        margin: The border on each side, in parts of the template's side; 0.1 reaches from the
            forehead to the chin.

    Raises:
        ValueError: If the size or the margin is out of range, or the sample has no landmarks.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'),
        ...             dict(type='AlignFace', size=224, margin=0.1)]
    """

    needs_landmarks = True
    cuts_face = True

    def __init__(self, size: int, margin: float = 0.1) -> None:
        self.alignment = FivePointAlignment(size, margin)

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image by the crop."""
        landmarks, _ = known_landmarks(results, 'AlignFace')
        # Alignments count from the picture's corner, landmarks from the first pixel's centre.
        points = five_points(landmarks.astype(np.float64)) + 0.5
        matrix = similarity_transform(points, self.alignment.template)
        image = warp(results['img'], matrix, self.alignment.size)
        centred = matrix.copy()
        centred[:, 2] += matrix[:, :2].sum(axis=1) / 2 - 0.5
        return move(results, centred, image)
