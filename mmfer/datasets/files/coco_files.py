"""COCO-style JSON files of faces with their classes."""

import contextlib
import io
import json
from collections import Counter
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
    except (ValueError, RecursionError) as error:
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
        texts = [image['file_name'] for image in data['images']]
        texts += [category['name'] for category in data['categories']]
    except (KeyError, TypeError) as error:
        raise ValueError(
            f'"{path}": an entry of images or categories lacks {error}. Images need id and '
            'file_name, categories id and name.'
        ) from error
    for text in texts:
        if type(text) is not str:
            raise ValueError(
                f'"{path}": the file_name or name {text!r} must be a text in quotation marks. '
                'Correct it.'
            )
    for part, numbers in ids.items():
        for number in numbers:
            if type(number) not in (int, str):
                raise ValueError(
                    f'"{path}": the id {number!r} in {part} must be a whole number. Correct it.'
                )
    known = {'image_id': set(ids['images']), 'category_id': set(ids['categories'])}
    for i, annotation in enumerate(data['annotations']):
        if not isinstance(annotation, dict):
            raise ValueError(
                f'"{path}", annotations[{i}] is {annotation!r}, not an object of fields. Correct '
                'or remove it.'
            )
        for field, values in known.items():
            value = annotation.get(field)
            if type(value) not in (int, str) or value not in values:
                raise ValueError(
                    f'"{path}", annotations[{i}]: {field} {value!r} is not in the file. '
                    'Correct or remove the annotation.'
                )
        annotation.setdefault('id', i + 1)
    ids['annotations'] = [annotation['id'] for annotation in data['annotations']]
    for part, numbers in ids.items():
        if any(type(number) not in (int, str) for number in numbers):
            raise ValueError(f'"{path}": an id in {part} is no whole number. Correct it.')
        twice, times = Counter(numbers).most_common(1)[0] if numbers else (None, 1)
        if times > 1:
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
        box = _numbers(annotation['bbox'], 'bbox', where)
        if box.shape != (4,) or not np.isfinite(box).all() or (box[2:] <= 0).any():
            raise ValueError(
                f'{where}: bbox {annotation["bbox"]} must be x, y, width, height, the last two '
                'above 0. Correct it.'
            )
        fields['face_box'] = np.concatenate([box[:2], box[:2] + box[2:]])
    # A detector's five points are no landmarks of a sample.
    keypoints = _numbers(annotation.get('keypoints') or (), 'keypoints', where)
    if keypoints.size not in (0, 15):
        if keypoints.shape != (3 * LANDMARKS,) or not np.isfinite(keypoints).all():
            raise ValueError(
                f'{where}: {int(np.isfinite(keypoints).sum())} numbers in keypoints, but '
                f'{LANDMARKS} points of x, y, confidence make {3 * LANDMARKS}. Correct or '
                'remove them.'
            )
        points = keypoints.reshape(LANDMARKS, 3)
        fields['landmarks'], fields['landmark_scores'] = points[:, :2].copy(), points[:, 2].copy()
    if 'distribution' in annotation:
        fields['distribution'] = _distribution(annotation['distribution'], classes, where)
    if 'identity' in annotation:
        fields['subject'] = str(annotation['identity'])
    if 'group' in annotation:
        if not isinstance(annotation['group'], dict):
            raise ValueError(
                f'{where}: group {annotation["group"]!r} must be an object, such as '
                '{"gender": "female"}. Correct it.'
            )
        fields['group'] = dict(annotation['group'])
    return fields


def _numbers(values: Any, field: str, where: str) -> np.ndarray:
    try:
        return np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f'{where}: {field} must be a list of numbers: {error}.') from error


def _distribution(shares: dict[str, float], classes: Sequence[str], where: str) -> np.ndarray:
    if not isinstance(shares, dict):
        raise ValueError(f'{where}: distribution {shares!r} must be an object {{class: share}}.')
    unknown = sorted(set(shares) - set(classes))
    if unknown:
        raise ValueError(
            f'{where}: the distribution names {", ".join(unknown)}, which are no classes of the '
            'data set. Correct it, or read with sidecar=False.'
        )
    result = _numbers([shares.get(name, 0.0) for name in classes], 'distribution', where)
    if not np.isfinite(result).all() or (result < 0).any() or abs(result.sum() - 1) > 1e-3:
        raise ValueError(
            f'{where}: the distribution sums to {result.sum():g}. Shares must be 0 or more and '
            'sum to 1.'
        )
    return result / result.sum()
