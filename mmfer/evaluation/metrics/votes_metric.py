"""The metric against the votes of several people."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmfer.evaluation.metrics.report_metric import ReportMetric
from mmfer.evaluation.metrics.samples import label_of, scores_of
from mmfer.evaluation.report_file import Report
from mmfer.evaluation.votes import VOTE_MEASURES, votes_report
from mmfer.registry import METRICS


@METRICS.register_module()
class VotesMetric(ReportMetric):
    """Divergence from the votes, and accuracy on the images with the most divided votes.

    Logs ``kl_votes`` in nats and ``divided_accuracy`` in percent;
    :func:`mmfer.evaluation.votes_report` defines them. The samples need ``votes``, as
    :class:`mmfer.datasets.FERPlus` gives them, whatever labels were trained on.

    Args:
        divided: The share of images that count as divided.
        out_file: A JSON file for the report.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.

    Raises:
        ValueError: If ``divided`` is out of range, a sample has no votes, or the votes do not fit
            the classes.

    Example:
        >>> test_evaluator = [dict(type='ExpressionMetric'), dict(type='VotesMetric')]
    """

    def __init__(
        self, divided: float = 0.25, out_file: str | None = None, collect_device: str = 'cpu'
    ) -> None:
        if not 0 < divided <= 1:
            raise ValueError(f'VotesMetric(divided={divided}): give a share above 0 and at most 1.')
        super().__init__(VOTE_MEASURES, out_file, collect_device=collect_device)
        self.divided = divided

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep scores, label and votes of each sample."""
        for sample in data_samples:
            if sample.get('votes') is None:
                raise ValueError(
                    f'The sample "{sample.get("img_path")}" has no votes, which VotesMetric needs. '
                    'Use a reader that gives votes, such as FERPlus, or remove the metric.'
                )
            votes = np.asarray(sample['votes'].cpu())
            self.results.append((scores_of(sample), label_of(sample), votes))

    def judge(self, results: list[Any], meta: dict[str, Any]) -> tuple[Report, str]:
        """The report of all samples, and its table."""
        scores, labels, votes = zip(*results, strict=True)
        report = votes_report(np.stack(scores), np.array(labels), np.stack(votes), self.divided)
        return report, (
            f'KL divergence from the votes {report["kl_votes"]:.4f} nats\n'
            f'accuracy on the {report["divided_count"]} images with the most divided votes '
            f'{report["divided_accuracy"]:.2f}'
        )
