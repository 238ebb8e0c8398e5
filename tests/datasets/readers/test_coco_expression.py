from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import CocoExpression
from tests.datasets.disk import coco_data, write_image, write_json

PIPELINE = [{'type': 'LoadExpressionImage'}, {'type': 'CropFace', 'margin': 0}]


def write_faces(root: Path, split: str = 'train') -> dict:
    """Write three images, the first with two faces; categories worry, panic, hate."""
    names = [f'{split}{i}.png' for i in range(3)]
    for i, name in enumerate(names):
        write_image(root / 'images' / name, seed=i)
    data = coco_data(names)
    for annotation, category in zip(data['annotations'], (1, 2, 3), strict=True):
        annotation['category_id'] = category
    data['annotations'].append({'id': 9, 'image_id': 0, 'category_id': 3, 'bbox': [0, 0, 6, 6]})
    write_json(root / 'annotations' / f'{split}.json', data)
    return data


def dataset(root: Path, split: str = 'train', **options: object) -> CocoExpression:
    return CocoExpression(str(root), split, img_prefix='images', pipeline=PIPELINE, **options)


def test_every_face_is_a_sample_with_its_crop(tmp_path: Path) -> None:
    write_faces(tmp_path)
    data = dataset(tmp_path)
    assert data.get_gt_labels().tolist() == [0, 1, 2, 2]
    assert data.metainfo['classes'] == ('worry', 'panic', 'hate')
    assert data.metainfo['coarse_classes'] == ('fear', 'anger')
    assert data.metainfo['parents'] == (0, 0, 1)
    assert data[0]['img'].shape == (12, 12, 3)
    assert data[3]['img'].shape == (6, 6, 3)
    assert data[0]['img_path'] == data[3]['img_path']
    assert data[2]['coarse_label'] == 1
    assert data[0]['clean_label'] == 0
    assert data[0]['landmarks'].shape == (68, 2)
    assert 'landmarks' not in data[3]


def test_soft_labels_come_from_the_file(tmp_path: Path) -> None:
    write_faces(tmp_path)
    data = dataset(tmp_path, soft_labels=True)
    np.testing.assert_allclose(data.get_data_info(0)['gt_score'], [0.25, 0.75, 0])
    np.testing.assert_allclose(data.get_data_info(3)['gt_score'], [0, 0, 1])


def test_without_super_categories_there_are_no_coarse_classes(tmp_path: Path) -> None:
    data = write_faces(tmp_path)
    del data['categories'][0]['supercategory']
    write_json(tmp_path / 'annotations' / 'train.json', data)
    assert 'coarse_classes' not in dataset(tmp_path).metainfo


def test_a_missing_image_or_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'annotations/train\.json'):
        dataset(tmp_path)
    write_faces(tmp_path)
    (tmp_path / 'images' / 'train1.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'annotation 2 of train1\.png'):
        dataset(tmp_path)


def test_the_validation_part_is_drawn_from_the_training_file(tmp_path: Path) -> None:
    write_faces(tmp_path)
    sizes = [len(dataset(tmp_path, split, val_ratio=0.5)) for split in ('train', 'val')]
    assert sum(sizes) == 4
    assert min(sizes) > 0


def test_each_part_is_checked_with_its_own_file(tmp_path: Path) -> None:
    write_faces(tmp_path)
    data = write_faces(tmp_path, 'test')
    assert len(dataset(tmp_path, 'test')) == 4
    data['annotations'][0]['clean_category_id'] = 8
    write_json(tmp_path / 'annotations' / 'test.json', data)
    with pytest.raises(ValueError, match='clean_category_id 8'):
        dataset(tmp_path, 'test')
