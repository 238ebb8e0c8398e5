"""Crops of faces by their landmarks."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmfer.datasets.transforms.derived_fields import GeometricTransform
from mmfer.datasets.transforms.geometry import move
from mmfer.datasets.transforms.regions import no_points
from mmfer.faces.alignment import FivePointAlignment, similarity_transform, warp
from mmfer.registry import TRANSFORMS

FIVE_OF_68 = (range(36, 42), range(42, 48), (30,), (48,), (54,))
"""Groups of landmarks; the means are the eyes, the tip of the nose and the corners of the mouth."""


EYES_NOSE = (range(36, 42), range(42, 48), range(27, 31))
"""Groups of landmarks that a smile does not move; the means are the eyes and the nose bridge."""
FIELDS = {**dict.fromkeys(('landmarks', 'eyes_nose'), 'landmarks'), 'landmarks5': 'landmarks5'}
"""The field of a sample for each kind of points."""


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """The five points (5, 2) for the alignment, from the 68 landmarks of iBUG 300-W."""
    return np.stack([landmarks[list(ids)].mean(axis=0) for ids in FIVE_OF_68])


def eyes_nose(template: np.ndarray) -> np.ndarray:
    """The positions (3, 2) of eyes and nose bridge for a template (5, 2) of five points.

    The bridge, landmarks 27 to 30, reaches from between the eyes to the tip of the nose, so its
    mean lies in the middle of the two.
    """
    left, right, tip = template[:3]
    return np.stack([left, right, ((left + right) / 2 + tip) / 2])


@TRANSFORMS.register_module()
class AlignFace(GeometricTransform):
    """Rotate the face upright and crop it by its landmarks (papers 001 and 004, section 3.2).

    One warp, a similarity, moves eyes, nose and corners of the mouth, or only eyes and nose, as
    close as possible to the template of :class:`mmfer.faces.FivePointAlignment`. Pixels outside the
    image repeat its edge.

    Args:
        size: The side of the crop in pixels.
        margin: The border on each side, as a fraction of the side of the template; with 0.1, the
            crop reaches from the forehead to the chin.
        points: The points that are used, in order of preference: ``'landmarks'``, the 68 landmarks,
            as in paper 004; ``'landmarks5'``, the five points of the data set or of the detector,
            MTCNN by default, as in paper 001; ``'eyes_nose'``, eyes and nose bridge of the 68
            landmarks, without the corners of the mouth. These move in a smile, and an alignment by
            them removes a part of this motion; for a single frame it is better all the same, see
            docs/micro_expressions.md. A sample is aligned by the first points that it has.

    Raises:
        ValueError: If the size or the margin is out of range, ``points`` is empty or has an unknown
            name, or the sample has none of the points.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'),
        ...             dict(type='AlignFace', size=224, margin=0.1,
        ...                  points=('landmarks5', 'landmarks'))]
    """

    needs_landmarks = True
    cuts_face = True

    def __init__(
        self, size: int, margin: float = 0.1, points: Sequence[str] = ('landmarks',)
    ) -> None:
        self.alignment = FivePointAlignment(size, margin)
        if isinstance(points, str) or not points or not set(points) <= set(FIELDS):
            raise ValueError(
                f'AlignFace(points={points!r}): give a list of names from {", ".join(FIELDS)}.'
            )
        self.points = tuple(points)
        self.reads = tuple(FIELDS[name] for name in points)

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image by the crop."""
        found = next((name for name in self.points if FIELDS[name] in results), None)
        if found is None:
            raise no_points(results, 'AlignFace', ' or '.join(dict.fromkeys(self.reads)))
        template = self.alignment.template
        if found == 'eyes_nose':
            chosen = np.stack([results['landmarks'][list(g)].mean(axis=0) for g in EYES_NOSE])
            template = eyes_nose(template)
        else:
            chosen = results[found] if found == 'landmarks5' else five_points(results[found])
        # Alignments have their origin at the corner of the image, landmarks at the center of the
        # first pixel.
        matrix = similarity_transform(chosen.astype(np.float64) + 0.5, template)
        image = warp(results['img'], matrix, self.alignment.size)
        centered = matrix.copy()
        centered[:, 2] += matrix[:, :2].sum(axis=1) / 2 - 0.5
        return move(results, centered, image)
