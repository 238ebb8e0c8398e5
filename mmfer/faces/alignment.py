"""Alignments: named, reproducible ways to crop a face from an image."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import inf
from operator import index
from typing import Any, ClassVar

import cv2
import numpy as np

from mmfer.faces.face import Face

FIVE_POINT_TEMPLATE = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ]
)
"""Positions of the five points in ArcFace's crop of 112 by 112 pixels (Deng et al. 2019)."""
_TEMPLATE_SIDE = 112
_MAX_SUPERSAMPLING = 8
MOST_SIDE = 2048
"""The largest side of a crop in pixels, so that a description from outside fills no memory."""


def similarity_transform(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The rotation, uniform scale and shift (2, 3) that best maps source points to target points.

    Least squares in closed form. With points of the plane as complex numbers, Umeyama's problem
    ("Least-squares estimation of transformation parameters between two point patterns", 1991)
    without reflection is the linear regression q = a p + b.

    Args:
        source: (N, 2), with at least two different points.
        target: (N, 2).

    Raises:
        ValueError: If the shapes differ, or all source points are the same.
    """
    if source.shape != target.shape or source.ndim != 2 or source.shape[1] != 2:
        raise ValueError(
            f'The points have the shapes {source.shape} and {target.shape}: both must be (N, 2), '
            'one row for each point.'
        )
    p, q = (np.asarray(x, dtype=np.float64) @ (1, 1j) for x in (source, target))
    spread = p - p.mean()
    energy = np.vdot(spread, spread).real
    if not energy > 0:
        raise ValueError(
            f'All source points are at {source[0]}, so the scale is undefined. Give at least two '
            'different points.'
        )
    a = np.vdot(spread, q - q.mean()) / energy
    b = q.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def warp(image: np.ndarray, matrix: np.ndarray, size: int) -> np.ndarray:
    """A square crop (size, size[, 3]) of an image, anti-aliased; edge pixels fill the outside.

    Args:
        image: (H, W) or (H, W, 3) uint8.
        matrix: (2, 3), a similarity from positions in the image to positions in the crop, both in
            pixels from the upper left corner: the first pixel's center is at 0.5.
        size: Side of the crop in pixels.
    """
    shrink = 1 / np.hypot(matrix[0, 0], matrix[1, 0])
    finer = int(np.clip(np.ceil(shrink), 1, _MAX_SUPERSAMPLING))
    # Pixel centers are at half-integers of the continuous plane, but at integers in OpenCV.
    fine = matrix * finer
    fine[:, 2] += fine[:, :2].sum(axis=1) / 2 - 0.5
    crop = cv2.warpAffine(
        image, fine, (size * finer, size * finer), borderMode=cv2.BORDER_REPLICATE
    )
    return cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA) if finer > 1 else crop


@dataclass(frozen=True)
class Alignment(ABC):
    """The way in which a face is cropped; a model works on crops with equal alignments."""

    type: ClassVar[str]
    size: int = 112

    def __post_init__(self) -> None:
        if not 1 <= index(self.size) <= MOST_SIDE:
            raise ValueError(
                f'{self.type} alignment: size={self.size}. Give 1 to {MOST_SIDE} pixels.'
            )

    @abstractmethod
    def matrix(self, face: Face) -> np.ndarray:
        """The similarity (2, 3) from pixels of the image to pixels of the crop."""

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """Crop the face (size, size, 3) from an image (H, W, 3) uint8."""
        return warp(image, self.matrix(face), self.size)

    def points(self, face: Face, points: np.ndarray) -> np.ndarray:
        """Map points (N, 2) from pixels of the image to pixels of the crop.

        In both, (0, 0) is the center of the first pixel.
        """
        matrix = self.matrix(face)
        return (points + 0.5) @ matrix[:, :2].T + matrix[:, 2] - 0.5

    def to_dict(self) -> dict[str, Any]:
        """The config of this alignment, as stored in sidecars and checkpoints.

        :func:`build_alignment` reads the config.
        """
        return {'type': self.type, **asdict(self)}


@dataclass(frozen=True)
class FivePointAlignment(Alignment):
    """Moves eyes, nose and mouth to the positions of ArcFace's 112-pixel template.

    Args:
        size: Side of the crop in pixels.
        margin: Border added on each side, as a share of the template's side.

    Example:
        >>> face_crop = dict(type='five_point', size=112, margin=0.0)  # in a config
    """

    type: ClassVar[str] = 'five_point'
    margin: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not -0.5 < float(self.margin) < inf:
            raise ValueError(f'five_point alignment: margin={self.margin}. Give more than -0.5.')

    @property
    def template(self) -> np.ndarray:
        """The five points (5, 2) in pixels of the crop."""
        unit = FIVE_POINT_TEMPLATE / _TEMPLATE_SIDE
        return (unit + self.margin) / (1 + 2 * self.margin) * self.size

    def matrix(self, face: Face) -> np.ndarray:
        if face.landmarks is None:
            raise ValueError(
                'five_point alignment needs the five points of the face, but this face has none. '
                'Detect faces with MTCNN, or use the box alignment.'
            )
        return similarity_transform(face.landmarks, self.template)


@dataclass(frozen=True)
class BoxAlignment(Alignment):
    """An upright square around the detected box.

    Args:
        size: Side of the crop in pixels.
        scale: Side of the square in sides of the box; the side of a box is the geometric mean of
            its width and height.
        shift: Offset (x, y) of the square's center from the box's center, in sides of the box.

    Example:
        >>> face_crop = dict(type='box', size=112, scale=1.28, shift=(0.02, -0.05))  # in a config
    """

    type: ClassVar[str] = 'box'
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < float(self.scale) < inf:
            raise ValueError(f'box alignment: scale={self.scale}. Give more than 0.')
        object.__setattr__(self, 'shift', tuple(map(float, self.shift)))
        if len(self.shift) != 2 or not np.isfinite(self.shift).all():
            raise ValueError(f'box alignment: shift={self.shift}. Give two finite numbers.')

    def matrix(self, face: Face) -> np.ndarray:
        corner, opposite = face.bbox[:2], face.bbox[2:]
        side = np.sqrt((opposite - corner).prod())
        center = (corner + opposite) / 2 + side * np.array(self.shift)
        zoom = self.size / (side * self.scale)
        shift = self.size / 2 - zoom * center
        return np.array([[zoom, 0.0, shift[0]], [0.0, zoom, shift[1]]])


def build_alignment(config: Mapping[str, Any]) -> Alignment:
    """Build an alignment from its config, see :meth:`Alignment.to_dict`.

    Raises:
        ValueError: If the type or an option is unknown, or a value is out of range.

    Example:
        >>> build_alignment(dict(type='box', size=112, scale=1.4))
        BoxAlignment(size=112, scale=1.4, shift=(0.0, 0.0))
    """
    options = dict(config)
    kinds: dict[str, type[Alignment]] = {c.type: c for c in (BoxAlignment, FivePointAlignment)}
    kind = options.pop('type', None)
    if not isinstance(kind, str) or kind not in kinds:
        raise ValueError(
            f'face_crop has the unknown type={kind!r}. Give one of: {", ".join(kinds)}.'
        )
    known = [field.name for field in fields(kinds[kind])]
    unknown = [name for name in options if name not in known]
    if unknown:
        raise ValueError(
            f'face_crop of type {kind!r} has unknown options: {", ".join(unknown)}. Its options '
            f'are: {", ".join(known)}.'
        )
    try:
        return kinds[kind](**options)
    except (TypeError, OverflowError) as error:
        raise ValueError(
            f'face_crop = {dict(config)}: {error}. Give a whole number for size, and numbers for '
            'the other options.'
        ) from error


def align_face(
    image: np.ndarray, landmarks: np.ndarray, size: int = 112, margin: float = 0.0
) -> np.ndarray:
    """Crop a face (size, size, 3) from an image by its five points (5, 2).

    This is a short form of :class:`FivePointAlignment`.
    """
    matrix = similarity_transform(landmarks, FivePointAlignment(size, margin).template)
    return warp(image, matrix, size)
