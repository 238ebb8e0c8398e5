"""Every prediction of a test set in one file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric

from mmfer.registry import METRICS


@METRICS.register_module()
class DumpPredictions(BaseMetric):
    """Writes predictions as JSON: ``{"classes", "coarse_classes", "parents", "predictions"}``.

    A prediction has ``img_path``, ``sample_idx``, ``gt_label``, ``pred_label`` and
    ``pred_scores``.

    Args:
        out_file: The file to write.
        collect_device: As in mmengine.

    Example:
        >>> test_evaluator = [dict(type='ExpressionMetric'),
        ...                   dict(type='DumpPredictions', out_file='predictions.json')]
    """

    def __init__(self, out_file: str, collect_device: str = 'cpu') -> None:
        super().__init__(collect_device=collect_device)
        self.out_file = out_file

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        self.results += [
            dict(
                img_path=sample.get('img_path'),
                sample_idx=int(sample['sample_idx']),
                gt_label=int(sample['gt_label']),
                pred_label=int(sample['pred_label']),
                pred_scores=[round(float(p), 6) for p in sample['pred_score']],
            )
            for sample in data_samples
        ]

    def compute_metrics(self, results: list) -> dict[str, float]:
        meta = self.dataset_meta or {}
        content = {name: meta.get(name) for name in ('classes', 'coarse_classes', 'parents')}
        content['predictions'] = sorted(results, key=lambda row: row['sample_idx'])
        Path(self.out_file).parent.mkdir(parents=True, exist_ok=True)
        Path(self.out_file).write_text(json.dumps(content), encoding='utf-8')
        return {}
