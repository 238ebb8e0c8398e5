"""Truth about images from a COCO-style JSON file."""

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools.coco import COCO


def read_coco(path: Path) -> COCO:
    """Read a COCO-style file without pycocotools' prints.

    Raises:
        ValueError: If it is no such file.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return COCO(str(path))
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise ValueError(f'"{path}" is no COCO-style JSON file: {error}.') from error


def face_fields(annotation: dict[str, Any]) -> dict[str, Any]:
    """``face_box`` (x1, y1, x2, y2), ``landmarks`` (68, 2) and ``landmark_scores`` (68,)."""
    fields: dict[str, Any] = {}
    if 'bbox' in annotation:
        x, y, width, height = annotation['bbox']
        fields['face_box'] = np.array([x, y, x + width, y + height], dtype=np.float32)
    if annotation.get('keypoints'):
        points = np.array(annotation['keypoints'], dtype=np.float32).reshape(-1, 3)
        fields['landmarks'], fields['landmark_scores'] = points[:, :2], points[:, 2]
    return fields


def add_truth(
    samples: list[dict[str, Any]],
    path: Path,
    root: Path,
    classes: Sequence[str],
    soft_labels: bool,
) -> None:
    """Add what a sidecar knows of each sample, in place; nothing where there is no sidecar.

    Raises:
        ValueError: If soft labels are wanted and not there, or a label is none of the classes.
    """
    if not path.is_file():
        if soft_labels:
            raise ValueError(
                f'soft_labels needs the label distributions of "{path}", which is not there. '
                'Render the data set with tools/render_synthetic.py, or set soft_labels=False.'
            )
        return
    coco = read_coco(path)
    annotations = {str(root / coco.imgs[a['image_id']]['file_name']): a for a in coco.anns.values()}
    names = {i: c['name'] for i, c in coco.cats.items()}
    index = {name: i for i, name in enumerate(classes)}
    for sample in samples:
        annotation = annotations.get(str(sample['img_path']))
        if annotation is None:
            continue
        sample.update(face_fields(annotation))
        for field, name in (('subject', 'identity'), ('group', 'group')):
            if name in annotation:
                sample[field] = annotation[name]
        if 'clean_category_id' in annotation:
            sample['clean_label'] = index[names[annotation['clean_category_id']]]
        if soft_labels:
            score = np.zeros(len(classes), dtype=np.float32)
            for name, share in annotation['distribution'].items():
                if name not in index:
                    raise ValueError(f'{path}: "{name}" is none of the classes of the data set.')
                score[index[name]] = share
            sample['gt_score'] = score
