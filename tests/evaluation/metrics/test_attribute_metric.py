import json
from pathlib import Path

import pytest
import torch
from mmengine.evaluator import Evaluator
from mmpretrain.structures import DataSample

from mmfer.evaluation import AttributeMetric
from mmfer.registry import METRICS

META = {'classes': ('Smiling', 'Bald', 'Male'), 'task': 'attributes'}
SCORES = torch.tensor([[0.9, 0.1, 0.8], [0.6, 0.2, 0.9], [0.7, 0.3, 0.1], [0.2, 0.6, 0.3]])
TARGETS = torch.tensor([[1.0, 0, 1], [1, 0, 1], [0, 0, 0], [0, 1, 0]])


def samples() -> list[DataSample]:
    result = []
    for i, (scores, targets) in enumerate(zip(SCORES, TARGETS, strict=True)):
        sample = DataSample(metainfo={'group': {'age': 'young' if i < 2 else 'old'}})
        sample.set_gt_score(targets).set_pred_score(scores)
        sample.set_field(torch.tensor([True, i != 3, False]), 'attribute_mask')
        result.append(sample)
    return result


def evaluate(metric: AttributeMetric, meta: dict) -> dict[str, float]:
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = meta
    for sample in samples():
        evaluator.process([sample])
    return evaluator.evaluate(4)


def test_known_attributes_are_averaged() -> None:
    metrics = evaluate(AttributeMetric(), META)
    # Smiling: 3 of 4, one of them too many; Bald: known of 3 and always absent; Male: unknown
    assert metrics['mean_accuracy'] == pytest.approx((75 + 100) / 2)
    assert metrics['balanced_accuracy'] == pytest.approx(75)
    assert metrics['macro_f1'] == pytest.approx(100 * 4 / 5)
    assert metrics['auc'] == pytest.approx(75)
    assert metrics['average_precision'] == pytest.approx(100 * (1 + 2 / 3) / 2)
    assert 0 < metrics['ece'] < 100


def test_the_report_is_written(tmp_path: Path) -> None:
    path = tmp_path / 'report.json'
    evaluate(AttributeMetric(out_file=str(path), min_group=2), META)
    report = json.loads(path.read_text())
    assert report['unknown_attributes'] == ['Male']
    assert report['constant_attributes'] == ['Bald']
    assert report['per_attribute']['Bald']['count'] == 3
    age = report['groups']['age']
    assert age['gaps']['mean_accuracy'] == {'gap': 25, 'highest': 'young', 'lowest': 'old'}


def test_without_a_mask_every_attribute_counts() -> None:
    evaluator = Evaluator(METRICS.build({'type': 'AttributeMetric'}))
    evaluator.dataset_meta = META
    for sample in samples():
        del sample.attribute_mask
        evaluator.process([sample])
    assert evaluator.evaluate(4)['mean_accuracy'] == pytest.approx((75 + 100 + 100) / 3)


def test_expressions_are_refused() -> None:
    sample = DataSample(metainfo={'img_path': 'a.jpg'}).set_gt_label(1).set_pred_score(SCORES[0])
    with pytest.raises(ValueError, match='"a.jpg" has no gt_score, so no attributes'):
        Evaluator(AttributeMetric()).process([sample])
    with pytest.raises(ValueError, match='AttributeMetric: the data set has no class names'):
        evaluate(AttributeMetric(), {})
