"""The metric of configs for expressions."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from mmfer.evaluation.metrics.report_metric import ReportMetric
from mmfer.evaluation.metrics.samples import label_of, scores_of
from mmfer.evaluation.report import EXPRESSION_MEASURES, expression_report
from mmfer.evaluation.report_file import Report
from mmfer.evaluation.report_text import format_report
from mmfer.registry import METRICS


@METRICS.register_module()
class ExpressionMetric(ReportMetric):
    """Accuracy, mean class accuracy, macro F1, AUC and calibration error, overall and for groups.

    Logs the measures in percent as ``accuracy``, ``mean_class_accuracy``, ``macro_f1``, ``auc``,
    ``ece`` and, with a label tree, ``coarse_accuracy`` (``save_best='accuracy'``), with a table of
    the classes; :func:`mmfer.evaluation.expression_report` defines the measures. Class names and
    label tree come from the ``metainfo`` of the data set, groups from ``group`` of the samples.

    Args:
        coarse: Prediction of the coarse class, ``'argmax'`` or ``'sum'``.
        out_file: A JSON file for the full report, with the confusion matrix and the groups.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.
        calibration_bins: Number of bins of the calibration error.
        min_group: Smallest number of images of a group that is compared with other groups.

    Raises:
        ValueError: If the data set has no class names, or scores or labels do not fit the classes.

    Example:
        >>> val_evaluator = dict(type='ExpressionMetric')
        >>> test_evaluator = dict(type='ExpressionMetric', out_file='work_dirs/report.json')
    """

    def __init__(
        self,
        coarse: Literal['argmax', 'sum'] = 'argmax',
        out_file: str | None = None,
        collect_device: str = 'cpu',
        calibration_bins: int = 15,
        min_group: int = 30,
    ) -> None:
        super().__init__(EXPRESSION_MEASURES, out_file, calibration_bins, min_group, collect_device)
        self.coarse = coarse

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep scores, label and group of each sample."""
        for sample in data_samples:
            self.results.append((scores_of(sample), label_of(sample), sample.get('group')))

    def judge(self, results: list[Any], meta: dict[str, Any]) -> tuple[Report, str]:
        """The report of all samples, and its table."""
        scores, labels, groups = zip(*results, strict=True)
        report = expression_report(
            np.stack(scores),
            np.array(labels),
            meta['classes'],
            meta.get('coarse_classes'),
            meta.get('parents'),
            self.coarse,
            groups,
            self.calibration_bins,
            self.min_group,
        )
        return report, format_report(report)
