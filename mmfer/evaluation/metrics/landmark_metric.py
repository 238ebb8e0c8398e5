"""The metric of configs for landmarks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric

from mmfer.evaluation.landmarks import landmark_report
from mmfer.registry import METRICS

FIELDS = ('pred_landmarks', 'pred_landmark_scores', 'landmarks', 'landmark_scores')


@METRICS.register_module()
class LandmarkMetric(BaseMetric):
    """Error of 68 landmarks, and accuracy of their scores as predictions of visibility.

    Logs ``nme``, ``nme_visible``, ``nme_box``, ``failure_rate`` and ``visibility_auc`` in percent,
    and ``pixels_visible`` in pixels (``save_best='nme', rule='less'``);
    :func:`mmfer.evaluation.landmarks.landmark_report` defines the measures. A true point is visible
    if its entry in ``landmark_scores`` is above 0.5.

    Args:
        failure: Faces with a larger mean error, in distances of the outer eye corners, count as
            failures.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.

    Raises:
        ValueError: If a sample lacks predicted or true landmarks.

    Example:
        >>> test_evaluator = dict(type='LandmarkMetric')
    """

    default_prefix = None
    measures = (
        'nme',
        'nme_visible',
        'nme_box',
        'failure_rate',
        'visibility_auc',
        'pixels_visible',
    )

    def __init__(self, failure: float = 0.08, collect_device: str = 'cpu') -> None:
        super().__init__(collect_device)
        self.failure = failure

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep predicted and true points and scores."""
        for sample in data_samples:
            absent = [name for name in FIELDS if name not in sample]
            if absent:
                raise ValueError(
                    f'The sample "{sample.get("img_path")}" has no {", ".join(absent)}. Test a '
                    'LandmarkRegressor on a data set whose sidecar has 68 keypoints.'
                )
            self.results.append(tuple(sample[name].float().cpu().numpy() for name in FIELDS))

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """The measures over all samples."""
        predicted, scores, truth, visible = map(np.stack, zip(*results, strict=True))
        return landmark_report(predicted, scores, truth, visible > 0.5, self.failure)
