"""Images turned by quarters, and their faces turned back."""

from dataclasses import replace

import numpy as np

from mmfer.faces.face import Face


def turn_image(image: np.ndarray, turns: int) -> np.ndarray:
    """The image (H, W, 3) turned counterclockwise by a number of quarters."""
    return np.ascontiguousarray(np.rot90(image, turns))


def turn_face_back(face: Face, turns: int, shape: tuple[int, ...]) -> Face:
    """The face in the image, from the face in the turned image.

    The points keep their names: the left eye of an upright face is still called left when the face
    lies on its side.

    Args:
        face: A face in the image of :func:`turn_image`.
        turns: The number of quarters by which the image was turned, counterclockwise.
        shape: Height and width of the image before it was turned.
    """
    for turn in reversed(range(turns % 4)):
        width = shape[(turn + 1) % 2]  # of the image before this quarter
        x1, y1, x2, y2 = face.bbox
        face = replace(
            face,
            bbox=np.array([width - y2, x1, width - y1, x2]),
            landmarks=_back(face.landmarks, width),
            landmarks68=_back(face.landmarks68, width),
        )
    return face


def _back(points: np.ndarray | None, width: int) -> np.ndarray | None:
    """Points with (0, 0) at the center of the first pixel, before one quarter."""
    return None if points is None else np.stack([width - 1 - points[:, 1], points[:, 0]], axis=1)
