"""An image in which a face is searched, and what was found in it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from mmfer.faces.face import Face
from mmfer.faces.image import load_image
from mmfer.faces.image_decoder import LoadedImage
from mmfer.faces.sidecar import ImageFaces, from_annotation, to_annotation
from mmfer.files import file_state


@dataclass(frozen=True)
class FaceJob:
    """An image that shows one face.

    Args:
        name: Name of the image in the sidecar.
        load: A function, which can be pickled, that returns the image (H, W, 3) uint8 RGB.
        box: Known box of the face, x1, y1, x2, y2; None if the face has to be detected.
        path: The file, if the image has its own. It is read instead of ``load``, to know whether a
            very large image was shrunk.
        pack: The packed file that holds the image, if the image has no file of its own.
    """

    name: str
    load: Callable[[], np.ndarray]
    box: np.ndarray | None = None
    path: str | None = None
    pack: str | None = None

    @property
    def state(self) -> list[int]:
        """The state of its file, see :func:`mmfer.files.file_state`; empty if it is not known."""
        path = self.path or self.pack
        return [] if path is None else file_state(path)

    def read(self) -> LoadedImage:
        """Read the image, with the factor by which it was shrunk."""
        return LoadedImage(self.load()) if self.path is None else load_image(self.path)


@dataclass(frozen=True)
class FoundFace:
    """The face found in an image.

    Args:
        name: Name of the image in the sidecar.
        width: Width of the image in pixels; 0 if the image cannot be read. The width of a
            shrunk image is rounded up to a multiple of the factor.
        height: Height of the image in pixels, likewise.
        face: The face; None if there is none.
        count: Number of detected faces; 0 if there is none, even if the whole image is then used
            as the box of the face.
        error: Why the image cannot be read; empty if the image can be read.
        state: :attr:`FaceJob.state` when the image was read.
    """

    name: str
    width: int = 0
    height: int = 0
    face: Face | None = None
    count: int = 0
    error: str = ''
    state: list[int] = field(default_factory=list)

    @property
    def problem(self) -> str:
        """``'unreadable'``, ``'no face'``, ``'several faces'``, or an empty string."""
        if self.error:
            return 'unreadable'
        return 'several faces' if self.count > 1 else '' if self.count else 'no face'

    @property
    def image(self) -> ImageFaces:
        """The entry of the image in the sidecar."""
        faces = () if self.face is None else (self.face,)
        return ImageFaces(self.name, self.width, self.height, faces)

    def to_dict(self) -> dict[str, Any]:
        """Convert to JSON values; :meth:`from_dict` is the inverse."""
        face = None if self.face is None else to_annotation(self.face)
        return {**asdict(replace(self, face=None)), 'face': face}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> 'FoundFace':
        """Build from the values of :meth:`to_dict`."""
        face = values['face']
        return cls(**{**values, 'face': None if face is None else from_annotation(face)})


def rounded_face(face: Face) -> Face:
    """The face with coordinates rounded to hundredths of a pixel."""

    def rounded(values: np.ndarray | None, digits: int) -> np.ndarray | None:
        return None if values is None else values.round(digits)

    return Face(
        face.bbox.round(2),
        None if face.score is None else round(face.score, 4),
        rounded(face.landmarks, 2),
        rounded(face.landmarks68, 2),
        rounded(face.scores68, 4),
    )
