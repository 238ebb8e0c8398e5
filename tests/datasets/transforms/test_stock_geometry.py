"""Transforms of mmcv, mmpretrain and torchvision on samples with landmarks."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmfer.datasets import ExpressionFolder
from mmfer.datasets.transforms.stock_geometry import OURS, refuse_stock_geometry, stock_geometry
from mmfer.registry import TRANSFORMS, register_all_modules
from tests.datasets.disk import write_image

register_all_modules()

STOCK: list[dict[str, Any]] = [
    dict(type='AutoAugment', policies='imagenet'),
    dict(type='CenterCrop', crop_size=16),
    dict(type='EfficientNetCenterCrop', crop_size=16),
    dict(type='EfficientNetRandomCrop', scale=16),
    dict(type='Pad', size=(80, 80)),
    dict(type='RandAugment', policies='timm_increasing', num_policies=2, magnitude_level=5),
    dict(type='RandomChoiceResize', scales=[(20, 30)]),
    dict(type='RandomCrop', crop_size=16),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomResize', scale=(20, 30), ratio_range=(1, 2)),
    dict(type='RandomResizedCrop', scale=16),
    dict(type='Resize', scale=(20, 30)),
    dict(type='ResizeEdge', scale=20),
    dict(type='Rotate', angle=10.0),
    dict(type='Shear', magnitude=0.1),
    dict(type='Translate', magnitude=0.1),
    dict(type='torchvision/RandomHorizontalFlip'),
    dict(type='torchvision/RandomRotation', degrees=10),
]
HARMLESS: list[dict[str, Any]] = [
    dict(type='LoadImageFromFile'),
    dict(type='ColorJitter', brightness=0.1),
    dict(type='RandomErasing'),
    dict(type='RandomFaceFlip'),
    dict(type='Cached', transforms=[dict(type='ResizeFace', size=20)]),
    dict(type='PackExpression'),
]


@pytest.mark.parametrize('config', STOCK, ids=lambda config: config['type'])
def test_a_stock_transform_is_refused_on_a_sample_with_landmarks(config: dict[str, Any]) -> None:
    names = stock_geometry([TRANSFORMS.build(config)])
    assert len(names) == 1
    refuse_stock_geometry(names, {'img_path': 'a.png'})
    for field in ('landmarks', 'landmarks5', 'face_box'):
        with pytest.raises(ValueError, match=f'{names[0]} moves .* not {field} of "a.png".* Use '):
            refuse_stock_geometry(names, {'img_path': 'a.png', field: np.zeros(4)})


@pytest.mark.parametrize('config', HARMLESS, ids=lambda config: config['type'])
def test_other_transforms_pass(config: dict[str, Any]) -> None:
    assert stock_geometry([TRANSFORMS.build(config)]) == []


def test_nested_transforms_are_found() -> None:
    flip = dict(type='RandomFlip', prob=0.5)
    nested = [
        dict(type='RandomApply', transforms=[flip]),
        dict(type='RandomChoice', transforms=[[dict(type='RandomGrayscale')], [flip]]),
        dict(type='Cached', transforms=[flip]),
    ]
    assert [stock_geometry([TRANSFORMS.build(one)]) for one in nested] == [['RandomFlip']] * 3


def test_the_replacements_exist() -> None:
    words = {word for text in OURS.values() for word in text.replace(',', '').split()}
    assert all(TRANSFORMS.get(word) for word in words - {'or', 'and'})


def test_a_reader_refuses(tmp_path: Path) -> None:
    for label in ('happy', 'sad'):
        write_image(tmp_path / 'train' / label / 'a.png', size=(20, 20))
    pipeline = [dict(type='LoadImageFromFile'), dict(type='RandomFlip', prob=1.0)]
    assert ExpressionFolder(str(tmp_path), classes=['happy', 'sad'], pipeline=pipeline)[0]['flip']
    image = {'id': 1, 'file_name': 'train/sad/a.png', 'width': 20, 'height': 20}
    face = {'id': 1, 'image_id': 1, 'category_id': 2, 'bbox': [1, 2, 9, 9]}
    classes = [{'id': 1, 'name': 'happy'}, {'id': 2, 'name': 'sad'}]
    (tmp_path / 'annotations').mkdir()
    sidecar = tmp_path / 'annotations' / 'train.json'
    sidecar.write_text(
        json.dumps({'images': [image], 'annotations': [face], 'categories': classes})
    )
    dataset = ExpressionFolder(str(tmp_path), classes=['happy', 'sad'], pipeline=pipeline)
    assert dataset[0]['flip']
    with pytest.raises(ValueError, match='RandomFlip moves the image, but not face_box'):
        dataset[1]
