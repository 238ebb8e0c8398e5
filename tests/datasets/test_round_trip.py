"""Every transform accepts the samples of every reader, up to the inputs of a model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.dataset import default_collate
from torch.utils.data import DataLoader

from mmfer.datasets import IFER, RAFDB, AffectNet, CelebA, FERPlus, MSCeleb1M
from mmfer.datasets.face_dataset import FaceDataset
from mmfer.datasets.transforms.geometry import FLIPPED_5, FLIPPED_68
from tests.datasets.official import (
    celeba_values,
    write_affectnet_csv,
    write_affectnet_npy,
    write_celeba,
    write_ferplus,
    write_ifer,
    write_pack,
)
from tests.datasets.readers.test_rafdb import write_rafdb

SIZE = 24
ALL = [
    {
        'type': 'Cached',
        'transforms': [
            {'type': 'LoadExpressionImage'},
            {'type': 'CropFace', 'margin': 0.1, 'optional': True},
            {'type': 'ResizeFace', 'size': SIZE},
        ],
    },
    {'type': 'RandomFaceFlip', 'prob': 0.5},
    {'type': 'RandomFaceAffine', 'rotate': 10, 'scale': (0.9, 1.1), 'shift': 0.05},
    {'type': 'PackExpression'},
]
VOTES = [tuple(8 if k == c else 2 if k == (c + 1) % 8 else 0 for k in range(10)) for c in range(8)]


def build(name: str, root: Path, **options: Any) -> FaceDataset:
    if name == 'affectnet_csv':
        write_affectnet_csv(root)
        return AffectNet(str(root), **options)
    if name == 'affectnet_npy':
        write_affectnet_npy(root)
        return AffectNet(str(root), **options)
    if name.startswith('ferplus'):
        write_ferplus(root, VOTES)
        return FERPlus(str(root), mode=name.removeprefix('ferplus_'), **options)
    if name == 'celeba':
        values = celeba_values(6)
        values[:, 1] = 0
        write_celeba(root, values)
        return CelebA(str(root), **options)
    if name == 'ifer':
        write_ifer(root)
        return IFER(str(root), **options)
    if name == 'msceleb':
        write_pack(root)
        return MSCeleb1M(str(root), **options)
    write_rafdb(root)
    return RAFDB(str(root), image='original', **options)


NAMES = [
    'affectnet_csv',
    'affectnet_npy',
    'ferplus_majority',
    'ferplus_multi_target',
    'ferplus_probability',
    'celeba',
    'ifer',
    'msceleb',
    'rafdb',
]


@pytest.mark.parametrize('name', NAMES)
def test_samples_pass_through_all_transforms(name: str, tmp_path: Path) -> None:
    data = build(name, tmp_path, pipeline=ALL)
    np.random.seed(0)  # noqa: NPY002  (the generator that transforms draw from)
    packed = [data[i] for i in range(len(data))]
    assert len(packed) >= 2
    for i, item in enumerate(packed):
        info, sample = data.get_data_info(i), item['data_samples']
        assert item['inputs'].shape == (3, SIZE, SIZE) and item['inputs'].dtype == torch.uint8
        assert sample.img_path == info['img_path'] and sample.sample_idx == i
        assert sample.img_shape == (SIZE, SIZE)
        if name == 'celeba':
            assert 'gt_label' not in sample
        else:
            assert sample.gt_label.tolist() == [info['gt_label']]
        if 'gt_score' in info:
            np.testing.assert_array_equal(sample.gt_score, info['gt_score'])
        for field, shape in (('landmarks', (68, 2)), ('landmarks5', (5, 2)), ('face_box', (4,))):
            assert (field in sample) == (field in info)
            if field in info:
                assert sample.get(field).shape == shape
    batch = default_collate(packed)
    assert batch['inputs'].shape[0] == len(batch['data_samples']) == len(packed)


@pytest.mark.parametrize('name', ['affectnet_csv', 'affectnet_npy', 'celeba', 'rafdb'])
def test_points_stay_on_their_pixels(name: str, tmp_path: Path) -> None:
    """After resizing and mirroring, each point is at its mirrored opposite."""
    load = [{'type': 'LoadExpressionImage'}, {'type': 'ResizeFace', 'size': SIZE}]
    data = build(name, tmp_path / 'a', pipeline=load)
    flip = [*load, {'type': 'RandomFaceFlip', 'prob': 1.0}]
    mirrored = build(name, tmp_path / 'b', pipeline=flip)
    field, order = ('landmarks5', FLIPPED_5)
    if name.startswith('affectnet'):
        field, order = 'landmarks', FLIPPED_68
    for i in range(2):
        height, width = data[i]['ori_shape']
        scale = np.array([SIZE / width, SIZE / height])
        before = data.get_data_info(i)[field]
        np.testing.assert_allclose(
            data[i][field], (before + 0.5) * scale - 0.5, rtol=1e-4, atol=1e-3
        )
        expected = data[i][field][order] * [-1, 1] + [SIZE - 1, 0]
        np.testing.assert_allclose(mirrored[i][field], expected, rtol=1e-4, atol=1e-3)
        assert (mirrored[i]['img'] == data[i]['img'][:, ::-1]).all()


@pytest.mark.parametrize('name', ['ferplus_majority', 'msceleb'])
def test_workers_read_packed_images(name: str, tmp_path: Path) -> None:
    pipeline = [ALL[0], ALL[-1]]
    data = build(name, tmp_path, pipeline=pipeline)
    loader = DataLoader(data, batch_size=2, num_workers=2, collate_fn=default_collate)
    inputs = torch.cat([batch['inputs'] for batch in loader])
    assert (inputs == torch.stack([data[i]['inputs'] for i in range(len(data))])).all()
