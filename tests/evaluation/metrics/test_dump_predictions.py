from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmpretrain.structures import DataSample

from mmfer.evaluation import DumpPredictions, Predictions


def test_every_prediction_is_written_with_its_image(tmp_path: Path) -> None:
    path = tmp_path / 'predictions.json'
    evaluator = Evaluator(DumpPredictions(str(path)))
    evaluator.dataset_meta = {
        'classes': ('a', 'b'),
        'coarse_classes': ('x',),
        'parents': (np.int64(0), 0),
    }
    for i, scores in enumerate(([0.9, 0.1], [0.2, 0.8])):
        sample = DataSample(metainfo={'img_path': f'{i}.png', 'sample_idx': i})
        evaluator.process([sample.set_gt_label(1).set_pred_score(torch.tensor(scores))])
    assert evaluator.evaluate(2) == {}
    read = Predictions.load(path)
    assert read.classes == ['a', 'b']
    assert (read.coarse_classes, read.parents) == (['x'], [0, 0])
    assert read.samples[1] == {
        'img_path': '1.png',
        'sample_idx': 1,
        'gt_label': 1,
        'pred_label': 1,
        'pred_scores': [0.2, 0.8],
    }


def test_attributes_and_groups_are_written(tmp_path: Path) -> None:
    path = tmp_path / 'predictions.json'
    evaluator = Evaluator(DumpPredictions(str(path)))
    evaluator.dataset_meta = {'classes': ('Bald', 'Male'), 'task': 'attributes'}
    group = {'gender': 'male'}
    first = DataSample(metainfo={'img_path': '0.png', 'sample_idx': 0, 'group': group})
    first.set_metainfo({'subject': 'sub01'})
    first.set_field(torch.tensor([False, True]), 'attribute_mask')
    second = DataSample(metainfo={'img_path': '1.png', 'sample_idx': 1})
    for sample in (first, second):
        sample.set_gt_score(torch.tensor([0.0, 1.0])).set_pred_score(torch.tensor([0.25, 0.75]))
        evaluator.process([sample])
    evaluator.evaluate(2)
    read = Predictions.load(path)
    assert read.of_attributes
    assert read.samples[0] == {
        'img_path': '0.png',
        'sample_idx': 0,
        'gt_score': [None, 1],
        'pred_scores': [0.25, 0.75],
        'group': group,
        'subject': 'sub01',
    }
    assert read.targets.tolist() == [[0, 1], [0, 1]]
    assert read.mask.tolist() == [[False, True], [True, True]]
    assert read.groups == [group, None]


def test_a_sample_without_a_label_is_an_error(tmp_path: Path) -> None:
    sample = DataSample(metainfo={'img_path': 'a.jpg'}).set_pred_score(torch.tensor([0.5, 0.5]))
    evaluator = Evaluator(DumpPredictions(str(tmp_path / 'predictions.json')))
    with pytest.raises(ValueError, match='"a.jpg" has no gt_label'):
        evaluator.process([sample])
    evaluator.dataset_meta = {'task': 'attributes'}
    with pytest.raises(ValueError, match='"a.jpg" has no gt_score'):
        evaluator.process([sample])


def test_scores_of_a_model_that_is_too_sure_keep_their_order(tmp_path: Path) -> None:
    logits = torch.arange(40, dtype=torch.float32).reshape(10, 4) * torch.tensor([1.0, 0, 0, -1])
    scores = torch.softmax(logits, 1)
    assert scores[:, 3].min() < 1e-20
    dump = DumpPredictions(str(tmp_path / 'predictions.json'))
    dump.dataset_meta = {'classes': list('abcd')}
    dump.process(None, [{'pred_score': row, 'gt_label': torch.tensor([0])} for row in scores])
    dump.compute_metrics(dump.results)
    read = Predictions.load(tmp_path / 'predictions.json').scores
    assert (read.astype('float32') == scores.numpy()).all()
