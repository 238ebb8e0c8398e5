"""The figures of expression recognition over a test set."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmfer.evaluation.scores import expression_scores
from mmfer.registry import METRICS

SCALARS = ('accuracy', 'mean_class_accuracy', 'coarse_accuracy', 'macro_f1')


@METRICS.register_module()
class ExpressionMetric(BaseMetric):
    """Overall and mean-class accuracy, accuracy at the coarse level, macro F1, a class table.

    Class names, and the tree for the coarse level, come from the data set's meta information.

    Args:
        out_file: A JSON file for all of :func:`mmfer.evaluation.expression_scores`; None for none.
        per_class: Log the table of the classes.
        prefix: Put before the names of the figures.
        collect_device: As in mmengine.

    Example:
        >>> test_evaluator = dict(type='ExpressionMetric', out_file='work_dirs/scores.json')
    """

    def __init__(
        self,
        out_file: str | None = None,
        per_class: bool = True,
        prefix: str | None = None,
        collect_device: str = 'cpu',
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.out_file = out_file
        self.per_class = per_class

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            self.results.append((int(sample['gt_label']), int(sample['pred_label'])))

    def compute_metrics(self, results: list) -> dict[str, float]:
        meta = self.dataset_meta or {}
        if not meta.get('classes'):
            raise ValueError(
                'ExpressionMetric needs the class names: give the data set metainfo=dict(classes='
                '[...]), in the order of its labels.'
            )
        truth, predicted = np.array(results).T
        scores = expression_scores(truth, predicted, meta['classes'], meta.get('parents'))
        scores['classes'] = list(meta['classes'])
        if scores['absent_classes']:
            print_log(
                f'No image of {", ".join(scores["absent_classes"])}: left out of the means.',
                'current',
                level=30,
            )
        if self.per_class:
            print_log(class_table(scores['per_class']), 'current')
        if self.out_file is not None:
            Path(self.out_file).parent.mkdir(parents=True, exist_ok=True)
            Path(self.out_file).write_text(json.dumps(scores, indent=1), encoding='utf-8')
        return {name: scores[name] for name in (*SCALARS, 'chance') if name in scores}


def class_table(per_class: dict[str, dict[str, float]]) -> str:
    """The classes with precision, recall, F1 and count, as aligned text."""
    width = max(map(len, [*per_class, 'class']))
    lines = ['', f'{"class":{width}} {"precision":>9} {"recall":>7} {"f1":>6} {"count":>6}']
    lines += [
        f'{name:{width}} {row["precision"]:9.2f} {row["recall"]:7.2f} {row["f1"]:6.2f} '
        f'{row["count"]:6d}'
        for name, row in per_class.items()
    ]
    return '\n'.join(lines)
