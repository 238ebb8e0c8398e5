"""COCO-style JSON files of faces with classes."""

import contextlib
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import msgspec
import numpy as np
from pycocotools.coco import COCO

from mmfer.labels.tree import MOST_CLASSES
from mmfer.reading import Number, check_form, check_regular, read_json

LANDMARKS = 68
LARGEST_ID = 1 << 53
"""The largest integer that all programs read from JSON without loss."""


class _Annotation(TypedDict):
    bbox: NotRequired[Annotated[list[Number], msgspec.Meta(min_length=4, max_length=4)]]
    keypoints: NotRequired[list[Number] | None]
    five_points: NotRequired[
        Annotated[list[Number], msgspec.Meta(min_length=10, max_length=10)] | None
    ]
    group: NotRequired[dict[str, str | None]]
    clean_category_id: NotRequired[int | str]
    identity: NotRequired[int | str]
    score: NotRequired[Number | None]
    distribution: NotRequired[dict[str, Number]]


class _Category(TypedDict):
    supercategory: NotRequired[str | None]


class _File(TypedDict):
    annotations: list[_Annotation]
    categories: list[_Category]
    alignment: NotRequired[dict[str, Any] | None]


def read_coco(path: Path) -> COCO:
    """Read a COCO-style JSON file and check that its entries refer to each other.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not JSON, lacks a list, has an id twice, or an annotation refers
            to a missing image or category.
    """
    check_regular(path)
    if not path.is_file():
        raise FileNotFoundError(f'No annotations at "{path}". Check ann_file or sidecar.')
    data = read_json(path, 'annotation file')
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
                f'"{path}": the file_name or name {text!r} must be a string in quotation marks. '
                'Correct this entry.'
            )
    check_form(data, _File, f'"{path}"', 'Correct this entry.')
    if len(ids['categories']) > MOST_CLASSES:
        raise ValueError(
            f'"{path}" has {len(ids["categories"])} categories, more than {MOST_CLASSES}. Give '
            'categories of expressions.'
        )
    for part, numbers in ids.items():
        _check_ids(path, part, numbers)
    known = {'image_id': set(ids['images']), 'category_id': set(ids['categories'])}
    for i, annotation in enumerate(data['annotations']):
        for field, values in known.items():
            value = annotation.get(field)
            if type(value) not in (int, str) or value not in values:
                raise ValueError(
                    f'"{path}", annotations[{i}]: {field} {value!r} is not in the file. '
                    'Correct or remove the annotation.'
                )
        annotation.setdefault('id', i + 1)
    ids['annotations'] = [annotation['id'] for annotation in data['annotations']]
    if any(type(number) not in (int, str) for number in ids['annotations']):
        raise ValueError(f'"{path}": an id in annotations is not an integer. Correct this id.')
    _check_ids(path, 'annotations', ids['annotations'])
    for part, numbers in ids.items():
        twice, times = Counter(numbers).most_common(1)[0] if numbers else (None, 1)
        if times > 1:
            raise ValueError(f'"{path}": {part} has the id {twice} twice. Make ids unique.')
    coco = COCO()
    coco.dataset = data
    with contextlib.redirect_stdout(io.StringIO()):  # suppresses the progress output
        coco.createIndex()
    return coco


def _check_ids(path: Path, part: str, ids: Sequence[Any]) -> None:
    """Check that ids are text, or integers that cannot be chosen to have equal hashes.

    Equal hashes, as of multiples of 2**61 - 1, would make sets and dictionaries very slow.
    """
    if len({type(number) for number in ids}) > 1:
        raise ValueError(
            f'"{path}": some ids in {part} are text and others are not. Give ids of one type.'
        )
    for number in ids:
        if type(number) is not str and (type(number) is not int or abs(number) > LARGEST_ID):
            raise ValueError(
                f'"{path}": the id {number!r:.40} in {part} must be an integer of at most '
                f'{LARGEST_ID}. Correct this entry.'
            )


def parse_face(annotation: dict[str, Any], classes: Sequence[str], where: str) -> dict[str, Any]:
    """The fields of a sample from an annotation, without the class.

    Args:
        annotation: The annotation from :func:`read_coco`, which may have ``bbox`` (x, y, width,
            height), ``keypoints`` (68 times x, y, confidence, or five times without landmarks),
            ``five_points`` (five times x, y of a detector), ``distribution`` ({class: share}),
            ``identity`` and ``group``.
        classes: The classes of the data set, in order.
        where: File and entry, for messages.

    Returns:
        The known fields of ``face_box``, ``landmarks``, ``landmark_scores``, ``landmarks5``,
        ``distribution``, ``subject`` and ``group``.

    Raises:
        ValueError: If a value is out of range; :func:`read_coco` checked the types.
    """
    fields: dict[str, Any] = {}
    if 'bbox' in annotation:
        box = np.array(annotation['bbox'], dtype=np.float32)
        if (box[2:] <= 0).any():
            raise ValueError(
                f'{where}: bbox {annotation["bbox"]} must be x, y, width, height, with width and '
                'height above 0. Correct the bbox.'
            )
        fields['face_box'] = np.concatenate([box[:2], box[:2] + box[2:]])
    if annotation.get('five_points'):
        fields['landmarks5'] = np.array(annotation['five_points'], np.float32).reshape(5, 2)
    keypoints = np.array(annotation.get('keypoints') or (), dtype=np.float32)
    if keypoints.size == 15:  # the file of a detector, without landmarks
        fields['landmarks5'] = keypoints.reshape(5, 3)[:, :2].copy()
    elif keypoints.size:
        if keypoints.size != 3 * LANDMARKS:
            raise ValueError(
                f'{where}: keypoints has {keypoints.size} numbers, but {LANDMARKS} points of x, y, '
                f'confidence need {3 * LANDMARKS}. Correct or remove the keypoints.'
            )
        points = keypoints.reshape(LANDMARKS, 3)
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
            f'{where}: the distribution contains {", ".join(unknown)}, which the data set does not '
            'have as classes. Correct the distribution, or read with sidecar=False.'
        )
    result = np.array([shares.get(name, 0.0) for name in classes], dtype=np.float32)
    if (result < 0).any() or abs(result.sum() - 1) > 1e-3:
        raise ValueError(
            f'{where}: the distribution sums to {result.sum():g}. Shares must be 0 or more and '
            'sum to 1.'
        )
    return result / result.sum()
