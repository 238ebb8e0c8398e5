"""Finds the one face of an image, with box, five points and 68 landmarks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np

from mmfer.faces.boxes import box_overlap
from mmfer.faces.detection.cascade import GREY
from mmfer.faces.detection.found_face import FaceJob, FoundFace, rounded_face
from mmfer.faces.face import Face
from mmfer.faces.quarter_turns import turn_face_back, turn_image
from mmfer.faces.resizing import scale_image

BORDERS = (0.0, 0.25, 0.5)
"""Widths of grey borders, as shares of the longer side, tried in order until a face is found.

In a tight face crop, the windows of the detector would extend beyond the edge. A detector for which
this is not so has its own ``borders``.
"""
BORDERED = 1280
"""The longer side in pixels of an image inside its border; larger images are shrunk to it.

A face that fills the image is then still large, and the border of a strip does not fill the memory.
"""
FILLED = 0.5
"""Smallest side of a face found with a border, as a share of the side of the image.

A border helps faces that fill the image. Smaller ones would have been found without a border: they
are mostly false. The sides are the geometric means of width and height.
"""
ROTATIONS = (90, 180, 270)
"""The angles in degrees, counterclockwise, by which an image that lies can be set upright."""
SAME_FACE = 0.3
"""Smallest intersection over union of a detected face and the known box of the face."""


class Detector(Protocol):
    """Finds the faces of an image, as :class:`mmfer.faces.MTCNN` does."""

    def detect(self, image: np.ndarray) -> list[Face]:
        """The faces in an image (H, W, 3) uint8 RGB, best first."""


class Landmarker(Protocol):
    """Finds the 68 landmarks of faces, as :class:`mmfer.faces.FaceLandmarker` does."""

    def detect(self, image: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points (N, 68, 2) and scores (N, 68) of the faces in boxes (N, 4)."""


class FaceFinder:
    """Finds the face of an image and its landmarks.

    Of several faces, the largest is chosen, as in the readers of data sets. If the box of the face
    is known, the face with the largest overlap is chosen, and the known box is kept, even if the
    detector finds no face there.

    Args:
        detector: Such as MTCNN; None uses the whole image as the box of the face.
        landmarker: Finds the landmarks; None leaves the landmarks out.
        fallback: Use the whole image as the box if no face is detected.
        rotations: Angles by which an image without an upright face is turned to try again, see
            :func:`detect_upright`. Not used if the box of the face is known.

    Raises:
        ValueError: If an angle is not a multiple of 90.

    Example:
        >>> finder = FaceFinder(MTCNN(), FaceLandmarker())  # doctest: +SKIP
        >>> finder(FaceJob('a.jpg', partial(read_image, 'a.jpg'))).face  # doctest: +SKIP
    """

    def __init__(
        self,
        detector: Detector | None,
        landmarker: Landmarker | None,
        fallback: bool = False,
        rotations: Sequence[int] = (),
    ) -> None:
        self.detector, self.landmarker, self.fallback = detector, landmarker, fallback
        self.rotations = checked_rotations(rotations)

    def __call__(self, job: FaceJob) -> FoundFace:
        """Find the face; an image that cannot be read gives a result with an error."""
        state = job.state  # before reading: a change meanwhile is seen later
        try:
            loaded = job.read()
        except (FileNotFoundError, ValueError) as error:
            return FoundFace(job.name, error=str(error), state=state)
        image, shrunk = loaded.pixels, loaded.shrunk
        height, width = (side * shrunk for side in image.shape[:2])
        known = None if job.box is None else loaded.box(job.box)
        turns, seen_image = 0, image
        if self.detector is None:
            found = [Face.of_whole_image(image)]
        else:
            rotations = self.rotations if known is None else ()
            found, turns = detect_upright(self.detector, image, rotations)
            seen_image = turn_image(image, turns)
        face, seen, count = _choose(found, known)
        if face is None and self.fallback:
            face = Face.of_whole_image(image)
            seen = face.bbox
        if face is not None and seen is not None and self.landmarker is not None:
            points, scores = self.landmarker.detect(seen_image, seen[None].astype(np.float32))
            face = replace(
                face, landmarks68=points[0].astype(float), scores68=scores[0].astype(float)
            )
        if face is not None:
            upright = turn_face_back(face, turns, image.shape)
            face = rounded_face(upright.scaled(shrunk, loaded.pad))
        return FoundFace(job.name, width, height, face, count, state=state)


def checked_rotations(rotations: Sequence[int]) -> tuple[int, ...]:
    """The angles in degrees as a tuple.

    Raises:
        ValueError: If this is no list, or an angle is not a multiple of 90.
    """
    listed = isinstance(rotations, Sequence) and not isinstance(rotations, str)
    if not listed or not all(
        isinstance(angle, int | np.integer) and angle % 90 == 0 for angle in rotations
    ):
        raise ValueError(
            f'rotations={rotations!r}: give a list of multiples of 90 degrees, such as (90, 180).'
        )
    return tuple(rotations)


def detect_upright(
    detector: Detector, image: np.ndarray, rotations: Sequence[int] = (), every: bool = False
) -> tuple[list[Face], int]:
    """Detect the faces of an image that may lie on its side or upside down.

    Args:
        detector: The detector.
        image: (H, W, 3) uint8 RGB.
        rotations: Angles in degrees, multiples of 90 and counterclockwise, by which the image is
            turned if it has no face, or the eyes of its largest face are not side by side. Of all
            turns whose largest face is upright, the one with the best score is chosen.
        every: Whether all faces of the image are wanted, not only the largest one. Then one upright
            face of any size suffices, and the image is not turned for a larger one that lies.

    Returns:
        The faces, and the number of quarters by which the image is turned in which they were found.
        :func:`mmfer.faces.quarter_turns.turn_image` gives this image.
    """
    tries = [(detect_in_crop(detector, image), 0)]
    first = tries[0][0]
    if not (_upright(first) or (every and any(_upright([face]) for face in first))):
        for turns in (angle // 90 % 4 for angle in rotations):
            tries.append((detector.detect(turn_image(image, turns)), turns))
    return max(tries, key=lambda found: (_upright(found[0]), _score(found[0])))


def _score(faces: Sequence[Face]) -> float:
    """The score of the largest face; -1 without a face."""
    return (_largest(faces).score or 0.0) if faces else -1.0


def _upright(faces: Sequence[Face]) -> bool:
    """Whether the eyes of the largest face are side by side, the left one on the left."""
    if not faces:
        return False
    points = _largest(faces).landmarks
    if points is None:
        return True
    right, down = points[1] - points[0]
    return bool(right > abs(down))


def detect_in_crop(detector: Detector, image: np.ndarray) -> list[Face]:
    """Detect the faces of an image that may be a tight crop, with a border around it if needed.

    Args:
        detector: The detector.
        image: (H, W, 3) uint8 RGB.
    """
    size = np.array(image.shape[1::-1])
    for border in getattr(detector, 'borders', BORDERS):
        small = scale_image(image, min(1.0, BORDERED / size.max())) if border else image
        ratio = size / small.shape[1::-1]
        edge = round(border * max(small.shape[:2]))
        padded = cv2.copyMakeBorder(small, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=GREY)
        faces = []
        for face in detector.detect(padded):
            box = (face.bbox - edge) * np.tile(ratio, 2)
            center = (box[:2] + box[2:]) / 2
            fills = edge == 0 or (box[2:] - box[:2]).prod() >= FILLED**2 * size.prod()
            if fills and (center >= 0).all() and (center <= size).all():
                points = None if face.landmarks is None else (face.landmarks - edge) * ratio
                faces.append(replace(face, bbox=box, landmarks=points))
        if faces:
            return faces
    return []


def _choose(
    faces: list[Face], own: np.ndarray | None
) -> tuple[Face | None, np.ndarray | None, int]:
    """The chosen face, the box for its landmarks, and the number of candidates."""
    if own is None:
        if not faces:
            return None, None, 0
        largest = _largest(faces)
        return largest, largest.bbox, len(faces)
    own = np.asarray(own, dtype=float)
    overlaps = [float(box_overlap(own, face.bbox[None])[0]) for face in faces]
    if not overlaps or max(overlaps) < SAME_FACE:
        return Face(own), own, 1
    face = faces[int(np.argmax(overlaps))]
    return replace(face, bbox=own), face.bbox, 1


def _largest(faces: Sequence[Face]) -> Face:
    return max(faces, key=lambda face: (face.bbox[2:] - face.bbox[:2]).prod())
