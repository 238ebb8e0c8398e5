"""The metric of every config of mmfer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmfer.evaluation.report import Report, expression_report, format_report
from mmfer.registry import METRICS


@METRICS.register_module()
class ExpressionMetric(BaseMetric):
    """Accuracy, mean class accuracy, macro F1 and, with a label tree, coarse accuracy.

    They are logged in percent as ``accuracy``, ``mean_class_accuracy``, ``macro_f1`` and
    ``coarse_accuracy`` (``save_best='accuracy'``), with a table of the classes.
    :func:`mmfer.evaluation.expression_report` defines them. The names of the classes and the
    tree come from the data set's ``metainfo``.

    Args:
        coarse: How the coarse class is predicted, ``'argmax'`` or ``'sum'``.
        out_file: A JSON file for the whole report, with the confusion matrix.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.

    Raises:
        ValueError: If the data set tells no classes, or scores and labels do not fit them.

    Example:
        >>> val_evaluator = dict(type='ExpressionMetric')
        >>> test_evaluator = dict(type='ExpressionMetric', out_file='work_dirs/report.json')
    """

    default_prefix = 'expression'

    def __init__(
        self,
        coarse: Literal['argmax', 'sum'] = 'argmax',
        out_file: str | None = None,
        collect_device: str = 'cpu',
    ) -> None:
        super().__init__(collect_device=collect_device)
        self.prefix = None  # plain names; mmengine would warn of no prefix at all
        self.coarse, self.out_file = coarse, out_file
        self.report: Report | None = None
        """The whole report of the last evaluation."""

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep scores and label of each sample."""
        for sample in data_samples:
            scores = sample['pred_score'].detach().float().cpu().numpy()
            self.results.append((scores, int(sample['gt_label'])))

    def compute_metrics(self, results: list[tuple[np.ndarray, int]]) -> dict[str, float]:
        """Judge all samples, log the table and write the report."""
        meta = self.dataset_meta or {}
        if not meta.get('classes'):
            raise ValueError(
                'ExpressionMetric: the data set tells no classes. Give them in its '
                'metainfo=dict(classes=(...)), or take a reader of mmfer.'
            )
        report = expression_report(
            np.stack([scores for scores, _ in results]),
            np.array([label for _, label in results]),
            meta['classes'],
            meta.get('coarse_classes'),
            meta.get('parents'),
            self.coarse,
        )
        self.report = report
        print_log(f'Results in percent\n{format_report(report)}', logger='current')
        if self.out_file is not None:
            write_report(report, self.out_file)
        names = ('accuracy', 'mean_class_accuracy', 'macro_f1', 'coarse_accuracy')
        return {name: report[name] for name in names if name in report}


def write_report(report: Report, path: str | Path) -> None:
    """Write a report as JSON, making the folders above it."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(report, indent=1), encoding='utf-8')
