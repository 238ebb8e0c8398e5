"""A metric that judges all samples at once and reports on them."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmfer.evaluation.writing import Report, write_report


class ReportMetric(BaseMetric):
    """Logs a table, keeps and writes the report, and gives its measures their plain names.

    Args:
        measures: The entries of the report that are logged.
        out_file: A JSON file for the report.
        calibration_bins: Bins of the calibration error.
        min_group: Images that a group needs to be compared with others.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.
    """

    default_prefix = 'report'

    def __init__(
        self,
        measures: Sequence[str],
        out_file: str | None,
        calibration_bins: int,
        min_group: int,
        collect_device: str,
    ) -> None:
        super().__init__(collect_device=collect_device)
        self.prefix = None  # plain names; mmengine would warn of no prefix at all
        self.measures, self.out_file = measures, out_file
        self.calibration_bins, self.min_group = calibration_bins, min_group
        self.report: Report | None = None
        """The whole report of the last evaluation."""

    @abstractmethod
    def judge(self, results: list[Any], meta: dict[str, Any]) -> tuple[Report, str]:
        """The report of what ``process`` kept of all samples, and its table."""

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Judge all samples, log the table and write the report."""
        meta = self.dataset_meta or {}
        if not meta.get('classes'):
            raise ValueError(
                f'{type(self).__name__}: the data set tells no classes. Give them in its '
                'metainfo=dict(classes=(...)), or take a reader of mmfer.'
            )
        self.report, table = self.judge(results, meta)
        print_log(f'Results in percent\n{table}', logger='current')
        if self.out_file is not None:
            write_report(self.report, self.out_file)
        # An undefined measure is not logged: None is no number.
        reached = {name: self.report.get(name) for name in self.measures}
        return {name: value for name, value in reached.items() if value is not None}
