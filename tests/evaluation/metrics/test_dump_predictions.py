from pathlib import Path

import numpy as np
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
