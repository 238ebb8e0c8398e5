"""Readers read the files of the renderer."""

import json
from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import RAFDB, CocoExpression, FGEmotions
from mmfer.labels import RAFDB_CLASSES


def truth(root: Path, split: str) -> dict[str, dict]:
    content = json.loads((root / 'annotations' / f'{split}.json').read_text())
    names = {image['id']: image['file_name'] for image in content['images']}
    return {names[a['image_id']]: a for a in content['annotations']}


@pytest.mark.parametrize('split', ['train', 'test'])
def test_fgemotions_is_read(rendered_fgemotions: Path, split: str) -> None:
    dataset = FGEmotions(str(rendered_fgemotions), split, soft_labels=True, empty_classes='warn')
    annotations = truth(rendered_fgemotions, split)
    assert len(dataset) == len(annotations) == {'train': 66, 'test': 33}[split]
    moved = 0
    for info in map(dataset.get_data_info, range(len(dataset))):
        annotation = annotations[str(Path(info['img_path']).relative_to(rendered_fgemotions))]
        assert info['gt_label'] == annotation['category_id'] - 1
        assert info['clean_label'] == annotation['clean_category_id'] - 1
        assert info['coarse_label'] == dataset.metainfo['parents'][info['gt_label']]
        assert info['subject'] == annotation['identity']
        keypoints = np.array(annotation['keypoints']).reshape(68, 3)
        np.testing.assert_allclose(info['landmarks'], keypoints[:, :2], rtol=1e-5)
        assert info['gt_score'].argmax() == info['clean_label']
        moved += info['gt_label'] != info['clean_label']
    assert moved == {'train': 13, 'test': 0}[split]


def test_rafdb_is_read(rendered_rafdb: Path) -> None:
    dataset = RAFDB(str(rendered_rafdb), 'train')
    annotations = truth(rendered_rafdb, 'train')
    assert dataset.metainfo['classes'] == RAFDB_CLASSES and len(dataset) == len(annotations)
    for info in map(dataset.get_data_info, range(len(dataset))):
        annotation = annotations[str(Path(info['img_path']).relative_to(rendered_rafdb))]
        assert info['gt_label'] == annotation['category_id'] - 1
        assert info['group'] == annotation['group']


def test_coco_is_read(rendered_fgemotions: Path) -> None:
    dataset = CocoExpression(str(rendered_fgemotions), 'test')
    annotations = truth(rendered_fgemotions, 'test')
    assert len(dataset) == 33 and dataset.metainfo['coarse_classes'][0] == 'fear'
    for info in map(dataset.get_data_info, range(len(dataset))):
        annotation = annotations[str(Path(info['img_path']).relative_to(rendered_fgemotions))]
        x, y, width, height = annotation['bbox']
        np.testing.assert_allclose(info['face_box'], [x, y, x + width, y + height], rtol=1e-5)
