"""Writes all predictions to a file."""

from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmfer.evaluation.predictions import Predictions
from mmfer.registry import METRICS


@METRICS.register_module()
class DumpPredictions(BaseMetric):
    """Write every prediction to the JSON file of :class:`mmfer.evaluation.Predictions`.

    Args:
        out_file: The file.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.

    Example:
        >>> test_evaluator = [
        ...     dict(type='ExpressionMetric'),
        ...     dict(type='DumpPredictions', out_file='work_dirs/predictions.json')]
    """

    default_prefix = 'predictions'

    def __init__(self, out_file: str, collect_device: str = 'cpu') -> None:
        super().__init__(collect_device=collect_device)
        self.out_file = out_file

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep what the file has of each sample."""
        for sample in data_samples:
            scores = sample['pred_score'].detach().float().cpu()
            self.results.append(
                {
                    'img_path': sample.get('img_path'),
                    'sample_idx': sample.get('sample_idx'),
                    'gt_label': int(sample['gt_label']),
                    'pred_label': int(scores.argmax()),
                    'pred_scores': [round(score, 6) for score in scores.tolist()],
                }
            )

    def compute_metrics(self, results: list[dict[str, Any]]) -> dict[str, float]:
        """Write the file; no metric comes of it."""
        meta = self.dataset_meta or {}
        classes = meta.get('classes') or range(len(results[0]['pred_scores']))
        coarse, parents = meta.get('coarse_classes'), meta.get('parents')
        Predictions(
            [str(name) for name in classes],
            results,
            None if coarse is None else list(coarse),
            None if parents is None else [int(parent) for parent in parents],
        ).save(self.out_file)
        print_log(f'{len(results)} predictions are in {self.out_file}', logger='current')
        return {}
