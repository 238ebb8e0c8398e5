"""Cutting a face out of a picture in a way that has a name and can be repeated."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
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
"""Where ArcFace (Deng et al. 2019) puts the five points in a crop of 112 by 112 pixels."""
_TEMPLATE_SIDE = 112
_MAX_SUPERSAMPLING = 8


def similarity_transform(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The rotation, uniform scale and shift (2, 3) that best moves points onto others.

    Least squares, in closed form. In the plane, with points as complex numbers, Umeyama's
    problem ("Least-squares estimation of transformation parameters between two point patterns",
    1991) without reflection is the linear regression q = a p + b.

    Args:
        source: (N, 2), at least two different points.
        target: (N, 2).

    Raises:
        ValueError: If the shapes differ, or all source points are the same.
    """
    if source.shape != target.shape or source.ndim != 2 or source.shape[1] != 2:
        raise ValueError(
            f'Points of shapes {source.shape} and {target.shape}: both must be (N, 2), one row '
            'for each point.'
        )
    p, q = (np.asarray(x, dtype=np.float64) @ (1, 1j) for x in (source, target))
    spread = p - p.mean()
    energy = np.vdot(spread, spread).real
    if not energy > 0:
        raise ValueError(
            f'The source points are all at {source[0]}, so that no scale can be found. Give at '
            'least two different points.'
        )
    a = np.vdot(spread, q - q.mean()) / energy
    b = q.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def warp(image: np.ndarray, matrix: np.ndarray, size: int) -> np.ndarray:
    """A square part (size, size, 3) of a picture, anti-aliased; edge pixels fill what is outside.

    Args:
        image: (H, W, 3) uint8.
        matrix: (2, 3), a similarity from places in the picture to places in the result, both in
            pixels from the upper left corner: the first pixel's centre is at 0.5.
        size: Side of the result in pixels.
    """
    shrink = 1 / np.hypot(matrix[0, 0], matrix[1, 0])
    finer = int(np.clip(np.ceil(shrink), 1, _MAX_SUPERSAMPLING))
    # Pixel centres stand at half-integers of a continuous plane, at integers in OpenCV.
    fine = matrix * finer
    fine[:, 2] += fine[:, :2].sum(axis=1) / 2 - 0.5
    crop = cv2.warpAffine(
        image, fine, (size * finer, size * finer), borderMode=cv2.BORDER_REPLICATE
    )
    return cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA) if finer > 1 else crop


@dataclass(frozen=True)
class Alignment(ABC):
    """How a face is cut out; two crops with equal alignments can go through the same model."""

    type: ClassVar[str]
    size: int = 112

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f'{self.type} alignment: size={self.size}, give 1 pixel or more.')

    @abstractmethod
    def matrix(self, face: Face) -> np.ndarray:
        """The similarity (2, 3) from pixels of the picture to pixels of the crop."""

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """The face (size, size, 3) out of a picture (H, W, 3) uint8."""
        return warp(image, self.matrix(face), self.size)

    def points(self, face: Face, points: np.ndarray) -> np.ndarray:
        """Points (N, 2) of the picture in pixels of the crop.

        In both, (0, 0) is the centre of the first pixel.
        """
        matrix = self.matrix(face)
        return (points + 0.5) @ matrix[:, :2].T + matrix[:, 2] - 0.5

    def to_dict(self) -> dict[str, Any]:
        """As a config, a sidecar and a checkpoint hold it; :func:`build_alignment` reads it."""
        return {'type': self.type, **asdict(self)}


@dataclass(frozen=True)
class FivePointAlignment(Alignment):
    """Eyes, nose and mouth brought to fixed places, ArcFace's 112-pixel template.

    Args:
        size: Side of the crop in pixels.
        margin: Border added on each side, in parts of the template's side.

    Example:
        >>> face_crop = dict(type='five_point', size=112, margin=0.0)  # in a config
    """

    type: ClassVar[str] = 'five_point'
    margin: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.margin > -0.5:
            raise ValueError(f'five_point alignment: margin={self.margin}, give more than -0.5.')

    @property
    def template(self) -> np.ndarray:
        """The five points (5, 2) in pixels of the crop."""
        unit = FIVE_POINT_TEMPLATE / _TEMPLATE_SIDE
        return (unit + self.margin) / (1 + 2 * self.margin) * self.size

    def matrix(self, face: Face) -> np.ndarray:
        if face.landmarks is None:
            raise ValueError(
                'five_point alignment needs the five points of the face, and this one has none. '
                'Detect faces with MTCNN, or use the box alignment.'
            )
        return similarity_transform(face.landmarks, self.template)


@dataclass(frozen=True)
class BoxAlignment(Alignment):
    """An upright square around the detected box.

    Args:
        size: Side of the crop in pixels.
        scale: Side of the square in sides of the box, of which the geometric mean is taken.
        shift: Offset of the square's centre from the box's, x and y, in sides of the box.

    Example:
        >>> face_crop = dict(type='box', size=112, scale=1.28, shift=(0.02, -0.05))  # in a config
    """

    type: ClassVar[str] = 'box'
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.scale > 0:
            raise ValueError(f'box alignment: scale={self.scale}, give more than 0.')
        object.__setattr__(self, 'shift', tuple(map(float, self.shift)))

    def matrix(self, face: Face) -> np.ndarray:
        corner, opposite = face.bbox[:2], face.bbox[2:]
        side = np.sqrt((opposite - corner).prod())
        centre = (corner + opposite) / 2 + side * np.array(self.shift)
        zoom = self.size / (side * self.scale)
        shift = self.size / 2 - zoom * centre
        return np.array([[zoom, 0.0, shift[0]], [0.0, zoom, shift[1]]])


def build_alignment(config: Mapping[str, Any]) -> Alignment:
    """Make the alignment that a config, a sidecar or a checkpoint describes.

    Raises:
        ValueError: If the type or an option is not known, or a value is out of its range.

    Example:
        >>> build_alignment(dict(type='box', size=112, scale=1.4))
        BoxAlignment(size=112, scale=1.4, shift=(0.0, 0.0))
    """
    options = dict(config)
    kinds: dict[str, type[Alignment]] = {c.type: c for c in (BoxAlignment, FivePointAlignment)}
    kind = options.pop('type', None)
    if kind not in kinds:
        raise ValueError(
            f'face_crop has type={kind!r}, which is not known. Give one of: {", ".join(kinds)}.'
        )
    known = [field.name for field in fields(kinds[kind])]
    unknown = [name for name in options if name not in known]
    if unknown:
        raise ValueError(
            f'face_crop of type {kind!r} has unknown options: {", ".join(unknown)}. It takes: '
            f'{", ".join(known)}.'
        )
    return kinds[kind](**options)


def align_face(
    image: np.ndarray, landmarks: np.ndarray, size: int = 112, margin: float = 0.0
) -> np.ndarray:
    """Cut a face (size, size, 3) out of a picture by its five points (5, 2).

    A short form of :class:`FivePointAlignment`.
    """
    matrix = similarity_transform(landmarks, FivePointAlignment(size, margin).template)
    return warp(image, matrix, size)
