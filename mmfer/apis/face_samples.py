"""From an image to the inputs of a test pipeline, one for each face."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mmfer.apis.inputs import Source
from mmfer.apis.predictions import NotFiniteError
from mmfer.faces import Alignment, Face
from mmfer.faces.detection.face_finder import (
    Detector,
    Landmarker,
    checked_rotations,
    detect_upright,
)
from mmfer.faces.image_arrays import rgb_images
from mmfer.faces.quality import face_quality
from mmfer.faces.quarter_turns import turn_face_back, turn_image


@dataclass(frozen=True)
class Seen:
    """An image with its faces, before the model.

    Args:
        name: The name of the image.
        image: (H, W, 3) uint8 RGB; None if it could not be read.
        shrunk: The factor by which the image was shrunk when it was read.
        faces: The faces, in pixels of ``image``.
        samples: The inputs of the pipeline, one for each face.
        message: What was found, or why there is no prediction.
        failed: Whether the image could not be read, or the search for faces failed.
        turns: The number of quarters, counterclockwise, by which the image was turned to find the
            faces.
        pad: What a shrunk image lacks, see :class:`mmfer.faces.image_decoder.LoadedImage`.
    """

    name: str
    image: np.ndarray | None = None
    shrunk: int = 1
    faces: Sequence[Face] = ()
    samples: Sequence[dict[str, Any]] = ()
    message: str = ''
    failed: bool = True
    turns: int = 0
    pad: tuple[int, int] = (0, 0)


class FaceSampler:
    """Finds the faces of images and makes the inputs of a test pipeline.

    Args:
        detector: Finds the faces.
        landmarker: Finds the 68 landmarks, if the pipeline needs them; otherwise None.
        alignment: How to crop a face; None if that is not known.
        cuts_face: Whether the pipeline crops the face from the whole image itself.
        rotations: Angles by which an image without an upright face is turned to try again, see
            :func:`mmfer.faces.detection.face_finder.detect_upright`.

    Raises:
        ValueError: If an angle is not a multiple of 90.
    """

    def __init__(
        self,
        detector: Detector,
        landmarker: Landmarker | None,
        alignment: Alignment | None,
        cuts_face: bool,
        rotations: Sequence[int] = (),
    ) -> None:
        self.detector, self.landmarker = detector, landmarker
        self.alignment, self.cuts_face = alignment, cuts_face
        self.rotations = checked_rotations(rotations)

    def look(self, source: Source, detect: bool) -> Seen:
        """Read an image, and find and crop its faces; whatever fails is said in the result."""
        try:
            image, shrunk, pad = source.load()
        except (ValueError, OSError) as error:
            return Seen(source.name, message=str(error))
        turns = 0
        try:
            if detect:
                found, turns = detect_upright(self.detector, image, self.rotations, every=True)
                faces, samples = self.samples(turn_image(image, turns), found)
                faces = [turn_face_back(face, turns, image.shape) for face in faces]
            else:
                faces, samples = self._whole(image)
        # Whatever fails for one image must not lose the results of the others.
        except Exception as error:
            return Seen(source.name, image, shrunk, message=failure(error))
        count = f'{len(faces)} face{"s" if len(faces) > 1 else ""} found'
        if turns:
            count += f' after turning the image by {90 * turns} degrees counterclockwise'
        said = 'No face found.' if not faces else f'{count}.' if detect else 'Treated as a face.'
        return Seen(source.name, image, shrunk, faces, samples, said, False, turns, pad)

    def samples(
        self, image: np.ndarray, faces: Sequence[Face]
    ) -> tuple[list[Face], list[dict[str, Any]]]:
        """The faces, with their quality and with landmarks if these are needed, and the inputs of
        the pipeline.
        """
        found = self._completed(image, faces)
        return found, [pipeline_input(*self._crop(image, face), self.cuts_face) for face in found]

    def sample(self, rgb_crop: np.ndarray) -> dict[str, Any]:
        """The input of the pipeline for a face crop, an image of :func:`rgb_images`.

        Raises:
            ValueError: If it is no image, or several.
        """
        images = rgb_images(rgb_crop, 'The face crop')
        if len(images) > 1:
            raise ValueError(f'The face crop holds {len(images)} images. Give them one by one.')
        return self._whole(images[0])[1][0]

    def _whole(self, image: np.ndarray) -> tuple[list[Face], list[dict[str, Any]]]:
        faces = self._completed(image, [Face.of_whole_image(image)])
        return faces, [pipeline_input(image, face, self.cuts_face) for face in faces]

    def _completed(self, image: np.ndarray, faces: Sequence[Face]) -> list[Face]:
        faces = [replace(face, quality=face_quality(image, face.bbox)) for face in faces]
        if self.landmarker is None or not faces:
            return faces
        boxes = np.stack([face.bbox for face in faces]).astype(np.float32)
        found = zip(faces, *self.landmarker.detect(image, boxes), strict=True)
        return [replace(face, landmarks68=p, scores68=scores) for face, p, scores in found]

    def _crop(self, image: np.ndarray, face: Face) -> tuple[np.ndarray, Face]:
        """Crop a face, and convert its landmarks to the crop."""
        if self.cuts_face or self.alignment is None:
            return image, face  # the pipeline crops by the box or the landmarks
        crop = self.alignment.crop(image, face)
        if face.landmarks68 is None:
            return crop, face
        return crop, replace(face, landmarks68=self.alignment.points(face, face.landmarks68))


def failure(error: Exception) -> str:
    """The message about a prediction that failed."""
    name = '' if isinstance(error, NotFiniteError) else f'{type(error).__name__}: '
    return f'The prediction failed: {name}{error}'


def pipeline_input(crop: np.ndarray, face: Face, in_photograph: bool = False) -> dict[str, Any]:
    """The result that the loading step would give: the image in BGR order, landmarks, and the box.

    In a photograph, the five points of the detector are ``landmarks5``.

    Args:
        crop: (H, W, 3) uint8 RGB.
        face: The face; its landmarks are in pixels of the crop.
        in_photograph: Whether the crop is the whole image, in which the face has its box.
    """
    shape = crop.shape[:2]
    sample: dict[str, Any] = {
        'img': np.ascontiguousarray(crop[..., ::-1]),
        'img_shape': shape,
        'ori_shape': shape,
    }
    if in_photograph:
        sample['face_box'] = face.bbox.astype(np.float32)
        if face.landmarks is not None:
            sample['landmarks5'] = face.landmarks.astype(np.float32)
    if face.landmarks68 is not None and face.scores68 is not None:
        sample['landmarks'] = face.landmarks68.astype(np.float32)
        sample['landmark_scores'] = face.scores68.astype(np.float32)
    return sample
