import numpy as np
import torch
from mmengine.dataset import default_collate

from mmfer.datasets import PackExpression


def test_all_fields_reach_the_data_sample() -> None:
    results = {
        'img': np.zeros((8, 6, 3), np.uint8),
        'img_path': 'a.png',
        'sample_idx': 4,
        'gt_label': 2,
        'gt_score': np.array([0.0, 0.25, 0.75], np.float32),
        'coarse_label': 1,
        'clean_label': 0,
        'subject': 'ann',
        'group': {'age': '4-19'},
        'valence': -0.25,
        'arousal': 0.5,
        'landmarks': np.ones((68, 2), np.float32),
        'landmark_scores': np.ones(68, np.float32),
        'face_box': np.array([0, 1, 2, 3], np.float32),
        'attribute_mask': np.array([True, False, True]),
        'votes': np.arange(10),
    }
    packed = PackExpression()(results)
    sample = packed['data_samples']
    assert packed['inputs'].shape == (3, 8, 6)
    assert sample.gt_label.tolist() == [2]
    assert sample.gt_score.tolist() == [0, 0.25, 0.75]
    assert isinstance(sample.landmarks, torch.Tensor)
    assert sample.landmarks.shape == (68, 2)
    assert sample.face_box.tolist() == [0, 1, 2, 3]
    assert sample.attribute_mask.tolist() == [True, False, True]
    assert sample.votes.tolist() == list(range(10))
    arrays = ('img', 'gt_label', 'gt_score', 'landmarks', 'landmark_scores', 'face_box')
    for name in results.keys() - {*arrays, 'attribute_mask', 'votes'}:
        assert sample.metainfo[name] == results[name]
    batch = default_collate([packed, packed])
    assert batch['inputs'].shape == (2, 3, 8, 6)
    assert batch['data_samples'][1].subject == 'ann'


def test_unknown_fields_stay_unknown() -> None:
    sample = PackExpression()({'img': np.zeros((2, 2, 3), np.uint8)})['data_samples']
    assert 'landmarks' not in sample
    assert 'subject' not in sample
