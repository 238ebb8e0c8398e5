"""Writes all predictions to a file."""

from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmfer.evaluation.metrics.samples import attributes_of, label_of, scores_of
from mmfer.evaluation.predictions import Predictions
from mmfer.registry import METRICS


@METRICS.register_module()
class DumpPredictions(BaseMetric):
    """Write all predictions to a JSON file that :class:`mmfer.evaluation.Predictions` reads.

    For a data set with ``task='attributes'`` in its ``metainfo``, the attributes are written.

    Args:
        out_file: The file.
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.

    Raises:
        ValueError: If a sample has no label.

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
        """Keep the entry of each sample in the file."""
        attributes = (self.dataset_meta or {}).get('task') == 'attributes'
        for sample in data_samples:
            scores = scores_of(sample)
            result = {'img_path': sample.get('img_path'), 'sample_idx': sample.get('sample_idx')}
            if attributes:
                target, known = attributes_of(sample)
                pairs = zip(target.tolist(), known, strict=True)
                result['gt_score'] = [value if there else None for value, there in pairs]
            else:
                result['gt_label'] = label_of(sample)
                result['pred_label'] = int(scores.argmax())
            # The fewest digits that give the same number again, so that no two become equal.
            result['pred_scores'] = [float(str(score)) for score in scores]
            for fact in ('group', 'subject'):
                if sample.get(fact) is not None:
                    result[fact] = sample[fact]
            self.results.append(result)

    def compute_metrics(self, results: list[dict[str, Any]]) -> dict[str, float]:
        """Write the file; returns no metrics."""
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
