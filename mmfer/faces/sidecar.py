"""The sidecar: a COCO-style JSON file with the faces of images.

A sidecar has the keys ``images``, ``annotations`` (``bbox`` as x, y, width, height; ``keypoints``
as x, y, confidence for each point; ``score``), ``categories`` and ``alignment``, the alignment of
the images if they are face crops, otherwise None. ``pycocotools`` can read sidecars.

The keypoints are the 68 landmarks, and ``five_points`` holds x and y of the detector's five points.
In a file without landmarks, the keypoints are the five points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import msgspec
import numpy as np

from mmfer.faces.alignment import Alignment, build_alignment
from mmfer.faces.face import KEYPOINT_NAMES, LANDMARK_NAMES, Face
from mmfer.files import write_json
from mmfer.reading import Number, check_form, read_json

VISIBLE = 0.5
"""Smallest confidence of a landmark that counts in ``num_keypoints``."""


class Annotation(TypedDict):
    """A face in a sidecar."""

    bbox: Annotated[list[Number], msgspec.Meta(min_length=4, max_length=4)]
    keypoints: NotRequired[list[Number] | None]
    five_points: NotRequired[list[Number] | None]
    score: NotRequired[Number | None]


class _Annotation(Annotation):
    image_id: int


class _Image(TypedDict):
    id: int
    file_name: str
    width: int
    height: int


class _File(TypedDict):
    images: list[_Image]
    annotations: list[_Annotation]
    alignment: NotRequired[dict[str, Any] | None]


@dataclass(frozen=True)
class ImageFaces:
    """The faces of one image; the tuple is empty if the image has no face."""

    file_name: str
    width: int
    height: int
    faces: tuple[Face, ...] = ()


def write_sidecar(
    path: str | Path,
    images: Sequence[ImageFaces],
    alignment: Alignment | None = None,
    info: Mapping[str, Any] | None = None,
) -> None:
    """Write a sidecar atomically.

    Args:
        path: The file.
        images: The images with their faces.
        alignment: The alignment of the images, if they are face crops.
        info: JSON values for COCO's key ``info``.
    """
    landmarks = any(face.landmarks68 is not None for image in images for face in image.faces)
    annotations = [
        {'id': number, 'image_id': image_id, **to_annotation(face, landmarks)}
        for number, (image_id, face) in enumerate(
            ((i, face) for i, image in enumerate(images, 1) for face in image.faces), 1
        )
    ]
    data = {
        'info': dict(info or {}),
        'images': [
            {'id': i, 'file_name': im.file_name, 'width': im.width, 'height': im.height}
            for i, im in enumerate(images, 1)
        ],
        'annotations': annotations,
        'categories': [
            {
                'id': 1,
                'name': 'face',
                'supercategory': 'person',
                'keypoints': list(LANDMARK_NAMES if landmarks else KEYPOINT_NAMES),
            }
        ],
        'alignment': None if alignment is None else alignment.to_dict(),
    }
    write_json(path, data, indent=None)


def read_sidecar(path: str | Path) -> tuple[list[ImageFaces], Alignment | None]:
    """Read a sidecar: the images with their faces, and the alignment.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not a valid sidecar; the message names the faulty entry.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'No sidecar at "{path}". Check the path, or write one first.')
    data = read_json(path, 'sidecar', 'Write it again.')
    remedy = 'Correct or remove the entry, or write the sidecar again.'
    check_form(data, _File, f'The sidecar "{path}" is faulty', remedy)
    entry = 'the whole file'
    try:
        faces: dict[int, list[Face]] = {image['id']: [] for image in data['images']}
        for i, annotation in enumerate(data['annotations']):
            entry = f'annotations[{i}]'
            faces[annotation['image_id']].append(from_annotation(annotation))
        images = []
        for i, image in enumerate(data['images']):
            entry = f'images[{i}]'
            images.append(
                ImageFaces(
                    image['file_name'], image['width'], image['height'], tuple(faces[image['id']])
                )
            )
        entry = 'alignment'
        alignment = data.get('alignment')
        return images, None if alignment is None else build_alignment(alignment)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f'The sidecar "{path}" is faulty in {entry}: {type(error).__name__}: {error}. {remedy}'
        ) from error


def to_annotation(face: Face, landmarks: bool = True) -> dict[str, Any]:
    """The COCO annotation of a face; ``landmarks`` decides whether its keypoints are the 68."""
    x1, y1, x2, y2 = map(float, face.bbox)
    result: dict[str, Any] = {
        'category_id': 1,
        'bbox': [x1, y1, x2 - x1, y2 - y1],
        'area': (x2 - x1) * (y2 - y1),
        'iscrowd': 0,
        'score': face.score,
    }
    points, scores = face.landmarks68, face.scores68
    if face.landmarks is not None:
        if landmarks:
            result['five_points'] = [float(v) for v in face.landmarks.ravel()]
        else:
            points, scores = face.landmarks, np.ones(len(face.landmarks))
    if points is not None:
        assert scores is not None
        result['keypoints'] = np.column_stack([points, scores]).ravel().tolist()
        result['num_keypoints'] = int((scores >= VISIBLE).sum())
    return result


def from_annotation(annotation: dict[str, Any]) -> Face:
    """The face of a COCO annotation with 68 or five keypoints.

    Raises:
        KeyError: If a field is missing.
        ValueError: If a field has a wrong number of points.
    """
    x, y, width, height = annotation['bbox']
    points = np.array(annotation.get('keypoints') or (), dtype=float).reshape(-1, 3)
    if len(points) not in (0, len(KEYPOINT_NAMES), len(LANDMARK_NAMES)):
        raise ValueError(
            f'{len(points)} keypoints, but there must be {len(KEYPOINT_NAMES)} or '
            f'{len(LANDMARK_NAMES)}'
        )
    box, score = np.array([x, y, x + width, y + height]), annotation.get('score')
    five = points[:, :2] if len(points) == len(KEYPOINT_NAMES) else None
    if annotation.get('five_points') is not None:
        five = np.array(annotation['five_points'], dtype=float).reshape(len(KEYPOINT_NAMES), 2)
    if len(points) == len(LANDMARK_NAMES):
        return Face(box, score, five, points[:, :2], points[:, 2])
    return Face(box, score, five)
