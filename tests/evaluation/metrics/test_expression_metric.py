import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmpretrain.structures import DataSample

from mmfer.datasets import RAFDB
from mmfer.evaluation import ExpressionMetric
from mmfer.registry import METRICS

META = {'classes': ('worry', 'panic', 'hate'), 'coarse_classes': ('fear', 'anger')}
META |= {'parents': (0, 0, 1)}
SCORES = torch.tensor([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.5, 0.3, 0.2]])
LABELS = (0, 1, 2, 2)


GENDERS = ('male', 'male', 'female', None)


def samples() -> list[DataSample]:
    return [
        DataSample(metainfo={'group': {'gender': gender}} if gender else {})
        .set_gt_label(label)
        .set_pred_score(scores)
        for label, scores, gender in zip(LABELS, SCORES, GENDERS, strict=True)
    ]


def evaluate(metric: ExpressionMetric, meta: dict) -> dict[str, float]:
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = meta
    for sample in samples():
        evaluator.process([sample])
    return evaluator.evaluate(len(LABELS))


def test_values_are_in_percent_under_plain_names() -> None:
    metrics = evaluate(ExpressionMetric(), META)
    assert metrics == {
        'accuracy': 50,
        'mean_class_accuracy': 50,
        'macro_f1': pytest.approx(100 * (0.5 + 0 + 2 / 3) / 3),
        # each true class above the others but for a tie of panic in 3 pairs
        'auc': pytest.approx(100 * (1 + 2.5 / 3 + 1) / 3),
        # two right at 0.8, one wrong at 0.6 and one at 0.5
        'ece': pytest.approx(100 * (2 * 0.2 + 0.6 + 0.5) / 4),
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


def test_the_groups_of_the_samples_are_compared() -> None:
    metric = ExpressionMetric(min_group=1)
    evaluate(metric, META)
    assert metric.report is not None
    gender = metric.report['groups']['gender']
    assert gender['gaps']['accuracy'] == {'gap': 50, 'highest': 'female', 'lowest': 'male'}
    assert gender['unknown'] == 1
    # "female" is of one class alone, which has no curve
    assert gender['values']['female']['auc'] is None


def test_an_undefined_measure_is_not_logged() -> None:
    evaluator = Evaluator(ExpressionMetric())
    evaluator.dataset_meta = META
    evaluator.process(samples()[:1])
    assert 'auc' not in evaluator.evaluate(1)


def test_a_sample_of_attributes_is_an_error() -> None:
    sample = DataSample(metainfo={'img_path': 'a.jpg'}).set_pred_score(SCORES[0])
    with pytest.raises(ValueError, match='"a.jpg" has no gt_label.*use AttributeMetric'):
        Evaluator(ExpressionMetric()).process([sample])


def test_it_is_built_by_name() -> None:
    metric = METRICS.build({'type': 'ExpressionMetric', 'coarse': 'sum'})
    assert evaluate(metric, META)['coarse_accuracy'] == 75


def test_a_data_set_without_classes_is_an_error() -> None:
    with pytest.raises(ValueError, match='the data set has no class names'):
        evaluate(ExpressionMetric(), {})


def test_a_data_set_with_groups_is_evaluated_by_group(rendered_rafdb: Path) -> None:
    pipeline = [dict(type='LoadExpressionImage'), dict(type='PackExpression')]
    dataset = RAFDB(str(rendered_rafdb), 'test', pipeline=pipeline, empty_classes='warn')
    metric = ExpressionMetric(min_group=1)
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = dataset.metainfo
    labels = [dataset.get_data_info(i)['gt_label'] for i in range(len(dataset))]
    for i, label in enumerate(labels):
        scores = torch.eye(7)[label if i else (label + 1) % 7]  # all right but the first
        evaluator.process([dataset[i]['data_samples'].set_pred_score(scores)])
    metrics = evaluator.evaluate(len(dataset))
    assert metric.report is not None
    assert set(metric.report['groups']) == {'gender', 'race', 'age'}
    first = dataset.get_data_info(0)['group']
    for field, content in metric.report['groups'].items():
        counts = {value: row['count'] for value, row in content['values'].items()}
        assert sum(counts.values()) == len(dataset)
        for value, row in content['values'].items():
            wrong = 100 / row['count'] if value == first[field] else 0
            assert row['accuracy'] == pytest.approx(100 - wrong)
    assert metrics['accuracy'] == pytest.approx(100 - 100 / len(dataset))
