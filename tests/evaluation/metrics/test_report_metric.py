import json
from pathlib import Path
from typing import Any

import pytest

from mmfer.evaluation.metrics.report_metric import ReportMetric
from mmfer.evaluation.report_file import Report


class CountMetric(ReportMetric):
    """A metric that counts the samples."""

    def process(self, data_batch: Any, data_samples: Any) -> None:
        self.results.extend(data_samples)

    def judge(self, results: list[Any], meta: dict[str, Any]) -> tuple[Report, str]:
        report = {'count': len(results), 'auc': None, 'classes': list(meta['classes'])}
        return report, f'{len(results)} samples'


def counted(out_file: str | None = None) -> CountMetric:
    metric = CountMetric(('count', 'auc', 'coarse_accuracy'), out_file, 15, 30, 'cpu')
    metric.dataset_meta = {'classes': ('a', 'b')}
    metric.process(None, [{}, {}])
    return metric


def test_defined_values_are_logged_and_all_values_are_kept(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'report.json'
    metric = counted(str(path))
    assert metric.evaluate(2) == {'count': 2}
    assert metric.report == {'count': 2, 'auc': None, 'classes': ['a', 'b']}
    assert json.loads(path.read_text()) == metric.report


def test_missing_class_names_are_an_error() -> None:
    metric = counted()
    metric.dataset_meta = {}
    with pytest.raises(ValueError, match='CountMetric: the data set has no class names'):
        metric.evaluate(2)
