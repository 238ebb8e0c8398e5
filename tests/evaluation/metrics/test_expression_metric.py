import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmpretrain.structures import DataSample

from mmfer.evaluation import ExpressionMetric
from mmfer.registry import METRICS

META = {'classes': ('worry', 'panic', 'hate'), 'coarse_classes': ('fear', 'anger')}
META |= {'parents': (0, 0, 1)}
SCORES = torch.tensor([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.5, 0.3, 0.2]])
LABELS = (0, 1, 2, 2)


def samples() -> list[DataSample]:
    return [
        DataSample().set_gt_label(label).set_pred_score(scores)
        for label, scores in zip(LABELS, SCORES, strict=True)
    ]


def evaluate(metric: ExpressionMetric, meta: dict) -> dict[str, float]:
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = meta
    for sample in samples():
        evaluator.process([sample])
    return evaluator.evaluate(len(LABELS))


def test_the_names_are_plain_and_the_values_percent() -> None:
    metrics = evaluate(ExpressionMetric(), META)
    assert metrics == {
        'accuracy': 50,
        'mean_class_accuracy': 50,
        'macro_f1': pytest.approx(100 * (0.5 + 0 + 2 / 3) / 3),
        'coarse_accuracy': 75,
    }


def test_without_a_tree_there_is_no_coarse_accuracy() -> None:
    assert 'coarse_accuracy' not in evaluate(ExpressionMetric(), {'classes': META['classes']})


def test_the_report_is_written(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'report.json'
    evaluate(ExpressionMetric(out_file=str(path)), META)
    report = json.loads(path.read_text())
    assert report['classes'] == list(META['classes'])
    assert report['accuracy'] == 50
    assert np.array(report['confusion_matrix']).sum() == 4


def test_it_is_built_by_name() -> None:
    metric = METRICS.build({'type': 'ExpressionMetric', 'coarse': 'sum'})
    assert evaluate(metric, META)['coarse_accuracy'] == 75


def test_a_data_set_without_classes_stops() -> None:
    with pytest.raises(ValueError, match='the data set tells no classes'):
        evaluate(ExpressionMetric(), {})
