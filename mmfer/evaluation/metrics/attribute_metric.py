"""The metric of configs for attributes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmfer.evaluation.attribute_report import ATTRIBUTE_MEASURES, attribute_report
from mmfer.evaluation.metrics.report_metric import ReportMetric
from mmfer.evaluation.metrics.samples import attributes_of, scores_of
from mmfer.evaluation.report_file import Report
from mmfer.evaluation.report_text import format_attribute_report
from mmfer.registry import METRICS


@METRICS.register_module()
class AttributeMetric(ReportMetric):
    """Measures of binary attributes, averaged over attributes and for each attribute.

    Logs the averages in percent as ``mean_accuracy``, ``balanced_accuracy``, ``macro_f1``, ``auc``,
    ``average_precision`` and ``ece`` (``save_best='balanced_accuracy'``), with a table of the
    attributes; :func:`mmfer.evaluation.attribute_report` defines the measures. A sample needs
    ``gt_score`` (A,) of 0 and 1; optional are ``attribute_mask`` (A,), False for unknown
    attributes, and ``group``. The names come from ``metainfo['classes']`` of the data set.

    Args:
        out_file: A JSON file for the full report, with all attributes and groups.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.
        calibration_bins: Number of bins of the calibration error.
        min_group: Smallest number of images of a group that is compared with other groups.

    Raises:
        ValueError: If the data set has no names of attributes, or scores or targets differ in
            number from the attributes.

    Example:
        >>> val_evaluator = dict(type='AttributeMetric')
        >>> test_evaluator = dict(type='AttributeMetric', out_file='work_dirs/attributes.json')
    """

    def __init__(
        self,
        out_file: str | None = None,
        collect_device: str = 'cpu',
        calibration_bins: int = 15,
        min_group: int = 30,
    ) -> None:
        measures = list(ATTRIBUTE_MEASURES)
        super().__init__(measures, out_file, calibration_bins, min_group, collect_device)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep scores, targets and group of each sample."""
        for sample in data_samples:
            self.results.append((scores_of(sample), *attributes_of(sample), sample.get('group')))

    def judge(self, results: list[Any], meta: dict[str, Any]) -> tuple[Report, str]:
        """The report of all samples, and its table."""
        scores, targets, masks, groups = zip(*results, strict=True)
        report = attribute_report(
            np.stack(scores),
            np.stack(targets),
            meta['classes'],
            np.stack(masks),
            groups,
            self.calibration_bins,
            self.min_group,
        )
        return report, format_attribute_report(report)
