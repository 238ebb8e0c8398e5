"""The figures by which expression recognition is judged."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

Report = dict[str, Any]


def expression_report(
    scores: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    coarse_classes: Sequence[str] | None = None,
    parents: Sequence[int] | None = None,
    coarse: Literal['argmax', 'sum'] = 'argmax',
) -> Report:
    """Judge predictions. All rates are in percent.

    ``mean_class_accuracy`` is the mean of the classes' recalls, and ``macro_f1`` that of their
    F1, both over the classes that occur among the labels; ``absent_classes`` names the others.
    ``chance`` has what guessing every class equally often gives on average.

    Args:
        scores: Class probabilities (N, C).
        labels: True classes (N,).
        classes: The C names.
        coarse_classes: The names of the coarse classes, if there are any.
        parents: The coarse class of each of the C classes.
        coarse: The coarse prediction: the parent of the predicted class (``'argmax'``), or the
            coarse class with the largest sum of probabilities (``'sum'``).

    Returns:
        ``accuracy``, ``mean_class_accuracy``, ``macro_f1``, ``coarse_accuracy`` (with a tree),
        ``chance``, ``per_class`` (for each name ``accuracy``, ``precision``, ``f1``, ``count``),
        ``absent_classes``, ``confusion_matrix`` (C rows of true, C columns of predicted classes),
        ``classes``, ``coarse_classes``, ``parents`` and ``num_samples``; all ready for JSON.

    Raises:
        ValueError: If the shapes do not fit, there is no sample, a label is out of range, a score
            is not finite, or ``coarse`` is unknown.
    """
    count = len(classes)
    _check(scores, labels, count, coarse)
    predicted = scores.argmax(axis=1)
    matrix = np.zeros((count, count), dtype=np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    hits, true, positive = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    recall = 100 * hits / np.maximum(true, 1)
    precision = 100 * hits / np.maximum(positive, 1)
    f1 = 200 * hits / np.maximum(true + positive, 1)
    occurs = true > 0
    report: Report = {
        'accuracy': 100 * hits.sum() / len(labels),
        'mean_class_accuracy': recall[occurs].mean(),
        'macro_f1': f1[occurs].mean(),
    }
    chance = {'accuracy': 100 / count, 'mean_class_accuracy': 100 / count}
    if coarse_classes is not None and parents is not None:
        parent = np.asarray(parents)
        membership = np.eye(len(coarse_classes))[parent]
        guess = (scores @ membership).argmax(axis=1) if coarse == 'sum' else parent[predicted]
        report['coarse_accuracy'] = 100 * (guess == parent[labels]).mean()
        chance['coarse_accuracy'] = 100 * (membership.mean(axis=0)[parent[labels]]).mean()
    return {name: float(value) for name, value in report.items()} | {
        'chance': {name: float(value) for name, value in chance.items()},
        'per_class': {
            name: {
                'accuracy': float(recall[i]) if occurs[i] else None,
                'precision': float(precision[i]) if positive[i] else None,
                'f1': float(f1[i]) if occurs[i] else None,
                'count': int(true[i]),
            }
            for i, name in enumerate(classes)
        },
        'absent_classes': [name for i, name in enumerate(classes) if not occurs[i]],
        'confusion_matrix': matrix.tolist(),
        'classes': list(classes),
        'coarse_classes': None if coarse_classes is None else list(coarse_classes),
        'parents': None if parents is None else [int(p) for p in parents],
        'num_samples': len(labels),
    }


def format_report(report: Report) -> str:
    """A table of the classes, with what was reached over all of them."""
    width = max(len('mean class accuracy'), *(len(name) for name in report['classes']))
    lines = [f'{"class":{width}} accuracy precision     f1  images']
    for name, row in report['per_class'].items():
        cells = [
            f'{"-":>{size}}' if row[key] is None else f'{row[key]:{size}.2f}'
            for key, size in (('accuracy', 8), ('precision', 9), ('f1', 6))
        ]
        lines.append(f'{name:{width}} {" ".join(cells)} {row["count"]:7}')
    lines.append('-' * len(lines[0]))
    for key in ('accuracy', 'mean_class_accuracy', 'macro_f1', 'coarse_accuracy'):
        if key in report:
            chance = report['chance'].get(key)
            beside = '' if chance is None else f'  (chance {chance:.2f})'
            lines.append(f'{key.replace("_", " "):{width}} {report[key]:8.2f}{beside}')
    if report['absent_classes']:
        lines.append(
            'No sample, hence not part of the means: ' + ', '.join(report['absent_classes'])
        )
    return '\n'.join(lines)


def _check(scores: np.ndarray, labels: np.ndarray, count: int, coarse: str) -> None:
    if coarse not in ('argmax', 'sum'):
        raise ValueError(f"coarse={coarse!r}: choose 'argmax' or 'sum'.")
    if scores.ndim != 2 or scores.shape != (len(labels), count) or len(labels) == 0:
        raise ValueError(
            f'Scores {scores.shape} for {len(labels)} labels and {count} classes: give at least '
            'one sample, and a score for each sample and class. Does the head have as many '
            'outputs (num_classes) as the data set has classes?'
        )
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores).all(axis=1))[0])
        raise ValueError(f'The scores of sample {row} are not finite. The training diverged.')
    if labels.min() < 0 or labels.max() >= count:
        row = int(np.flatnonzero((labels < 0) | (labels >= count))[0])
        raise ValueError(
            f'The label {labels[row]} of sample {row} is not one of 0 to {count - 1}. Check the '
            'annotations and the classes of the data set.'
        )
