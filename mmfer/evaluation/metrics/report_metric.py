"""The base of metrics that evaluate all samples at once and write a report."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmfer.evaluation.report_file import Report, write_report


class ReportMetric(BaseMetric):
    """Logs measures, without a prefix, and a table, and keeps and writes the report.

    Args:
        measures: Entries of the report to log.
        out_file: A JSON file for the report.
        calibration_bins: Number of bins of the calibration error.
        min_group: Smallest number of images of a group that is compared with other groups.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.
    """

    default_prefix = 'report'

    def __init__(
        self,
        measures: Sequence[str],
        out_file: str | None,
        calibration_bins: int = 15,
        min_group: int = 30,
        collect_device: str = 'cpu',
    ) -> None:
        super().__init__(collect_device=collect_device)
        self.prefix = None  # set here, because mmengine warns about a missing prefix
        self.measures, self.out_file = measures, out_file
        self.calibration_bins, self.min_group = calibration_bins, min_group
        self.report: Report | None = None
        """The full report of the last evaluation."""

    @abstractmethod
    def judge(self, results: list[Any], meta: dict[str, Any]) -> tuple[Report, str]:
        """The report and its table, from the results that ``process`` kept."""

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Evaluate all samples, log the table and write the report."""
        meta = self.dataset_meta or {}
        if not meta.get('classes'):
            raise ValueError(
                f'{type(self).__name__}: the data set has no class names. Set '
                'metainfo=dict(classes=(...)) in the data set, or use a reader of mmfer.'
            )
        self.report, table = self.judge(results, meta)
        print_log(f'Results in percent\n{table}', logger='current')
        if self.out_file is not None:
            write_report(self.report, self.out_file)
        # An undefined measure is None and is not logged.
        reached = {name: self.report.get(name) for name in self.measures}
        return {name: value for name, value in reached.items() if value is not None}
