"""The sidecar: a COCO-style JSON file that keeps the faces found in pictures.

It has the keys ``images``, ``annotations`` (``bbox`` as x, y, width, height; ``keypoints`` as x, y,
confidence for each point; ``score``), ``categories`` and ``alignment``, the crop for which the
boxes were made or None. ``pycocotools`` reads it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.faces.alignment import Alignment, build_alignment
from mmfer.faces.face import KEYPOINT_NAMES, Face

CATEGORY = {'id': 1, 'name': 'face', 'supercategory': 'person', 'keypoints': list(KEYPOINT_NAMES)}


@dataclass(frozen=True)
class ImageFaces:
    """The faces of one picture; a picture without a face has an empty tuple."""

    file_name: str
    width: int
    height: int
    faces: tuple[Face, ...] = ()


def write_sidecar(
    path: str | Path, images: Sequence[ImageFaces], alignment: Alignment | None = None
) -> None:
    """Write a sidecar; the file appears only once it is complete."""
    annotations = [
        {'id': number, 'image_id': image_id, **_annotation(face)}
        for number, (image_id, face) in enumerate(
            ((i, face) for i, image in enumerate(images, 1) for face in image.faces), 1
        )
    ]
    data = {
        'images': [
            {'id': i, 'file_name': im.file_name, 'width': im.width, 'height': im.height}
            for i, im in enumerate(images, 1)
        ],
        'annotations': annotations,
        'categories': [CATEGORY],
        'alignment': None if alignment is None else alignment.to_dict(),
    }
    path = Path(path)
    unfinished = path.with_name(path.name + '.tmp')
    unfinished.write_text(json.dumps(data, indent=1), encoding='utf-8')
    os.replace(unfinished, path)


def read_sidecar(path: str | Path) -> tuple[list[ImageFaces], Alignment | None]:
    """Read a sidecar: the pictures with their faces, and the alignment.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not such a JSON file; the message names the entry and its fault.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'No sidecar at "{path}". Check the path, or write one first.')
    try:
        data = json.loads(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f'The sidecar "{path}" is not JSON: {error}. Write it again.') from error
    entry = 'the whole file'
    try:
        faces: dict[int, list[Face]] = {image['id']: [] for image in data['images']}
        for i, annotation in enumerate(data['annotations']):
            entry = f'annotations[{i}]'
            faces[annotation['image_id']].append(_face(annotation))
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
            f'The sidecar "{path}" is faulty in {entry}: {type(error).__name__}: {error}. '
            'Correct or remove the entry, or write the sidecar again.'
        ) from error


def _annotation(face: Face) -> dict[str, Any]:
    x1, y1, x2, y2 = map(float, face.bbox)
    result: dict[str, Any] = {
        'category_id': CATEGORY['id'],
        'bbox': [x1, y1, x2 - x1, y2 - y1],
        'area': (x2 - x1) * (y2 - y1),
        'iscrowd': 0,
        'score': face.score,
    }
    if face.landmarks is not None:
        result['keypoints'] = [v for x, y in face.landmarks for v in (float(x), float(y), 1.0)]
        result['num_keypoints'] = len(face.landmarks)
    return result


def _face(annotation: dict[str, Any]) -> Face:
    x, y, width, height = annotation['bbox']
    points = annotation.get('keypoints')
    landmarks = None if points is None else np.array(points, dtype=float).reshape(-1, 3)[:, :2]
    return Face(np.array([x, y, x + width, y + height]), annotation.get('score'), landmarks)
