"""COCO-style JSON files of faces with their classes."""

import contextlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools.coco import COCO

LANDMARKS = 68


def read_coco(path: Path) -> COCO:
    """Read a COCO-style JSON file and check that its entries refer to each other.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, lacks a part, names an id twice, or an
            annotation refers to an image or a category that is not there.
    """
    if not path.is_file():
        raise FileNotFoundError(f'No annotations at "{path}". Check ann_file or sidecar.')
    try:
        data = json.loads(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f'"{path}" is not JSON: {error}. Write it again.') from error
    parts = ('images', 'annotations', 'categories')
    absent = [p for p in parts if not isinstance(data, dict) or not isinstance(data.get(p), list)]
    if absent:
        raise ValueError(
            f'"{path}" has no list {", ".join(absent)}. A COCO-style file needs the lists '
            f'{", ".join(parts)}.'
        )
    try:
        ids = {part: [entry['id'] for entry in data[part]] for part in ('images', 'categories')}
        [(entry['file_name']) for entry in data['images']]
        [(entry['name']) for entry in data['categories']]
    except (KeyError, TypeError) as error:
        raise ValueError(
            f'"{path}": an entry of images or categories lacks {error}. Images need id and '
            'file_name, categories id and name.'
        ) from error
    known = {'image_id': set(ids['images']), 'category_id': set(ids['categories'])}
    for i, annotation in enumerate(data['annotations']):
        for field, values in known.items():
            if field not in annotation or annotation[field] not in values:
                raise ValueError(
                    f'"{path}", annotations[{i}]: {field} {annotation.get(field)!r} is not in the '
                    'file. Correct or remove the annotation.'
                )
        annotation.setdefault('id', i + 1)
    ids['annotations'] = [annotation['id'] for annotation in data['annotations']]
    for part, numbers in ids.items():
        if len(set(numbers)) < len(numbers):
            twice = next(n for n in numbers if numbers.count(n) > 1)
            raise ValueError(f'"{path}": {part} has the id {twice} twice. Give each its own.')
    coco = COCO()
    coco.dataset = data
    with contextlib.redirect_stdout(io.StringIO()):  # it reports its progress
        coco.createIndex()
    return coco


def parse_face(annotation: dict[str, Any], classes: Sequence[str], where: str) -> dict[str, Any]:
    """The fields of a sample that an annotation holds, besides its class.

    Args:
        annotation: May have ``bbox`` (x, y, width, height), ``keypoints`` (68 times x, y,
            confidence), ``distribution`` ({class: share}), ``identity`` and ``group``.
        classes: The classes of the data set, in order.
        where: File and entry, for messages.

    Returns:
        Those of ``face_box``, ``landmarks``, ``landmark_scores``, ``distribution``, ``subject``
        and ``group`` that are known.

    Raises:
        ValueError: If a field has another form.
    """
    fields: dict[str, Any] = {}
    if 'bbox' in annotation:
        box = np.asarray(annotation['bbox'], dtype=np.float32)
        if box.shape != (4,) or not np.isfinite(box).all() or (box[2:] <= 0).any():
            raise ValueError(
                f'{where}: bbox {annotation["bbox"]} must be x, y, width, height, the last two '
                'above 0. Correct it.'
            )
        fields['face_box'] = np.concatenate([box[:2], box[:2] + box[2:]])
    # A detector's five points are no landmarks of a sample.
    if len(annotation.get('keypoints') or ()) not in (0, 15):
        if len(annotation['keypoints']) != 3 * LANDMARKS:
            raise ValueError(
                f'{where}: {len(annotation["keypoints"])} numbers in keypoints, but {LANDMARKS} '
                f'points of x, y, confidence make {3 * LANDMARKS}. Correct or remove them.'
            )
        points = np.asarray(annotation['keypoints'], dtype=np.float32).reshape(LANDMARKS, 3)
        fields['landmarks'], fields['landmark_scores'] = points[:, :2].copy(), points[:, 2].copy()
    if 'distribution' in annotation:
        fields['distribution'] = _distribution(annotation['distribution'], classes, where)
    if 'identity' in annotation:
        fields['subject'] = str(annotation['identity'])
    if 'group' in annotation:
        fields['group'] = dict(annotation['group'])
    return fields


def _distribution(shares: dict[str, float], classes: Sequence[str], where: str) -> np.ndarray:
    unknown = sorted(set(shares) - set(classes))
    if unknown:
        raise ValueError(
            f'{where}: the distribution names {", ".join(unknown)}, which are no classes of the '
            'data set. Correct it, or read with sidecar=False.'
        )
    result = np.array([shares.get(name, 0.0) for name in classes], dtype=np.float32)
    if (result < 0).any() or abs(result.sum() - 1) > 1e-3:
        raise ValueError(
            f'{where}: the distribution sums to {result.sum():g}. Shares must be 0 or more and '
            'sum to 1.'
        )
    return result / result.sum()
