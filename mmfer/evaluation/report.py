"""The report on the recognition of expressions."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from mmfer.evaluation.calibration import expected_calibration_error
from mmfer.evaluation.groups import Group, group_report
from mmfer.evaluation.probabilities import check_probabilities
from mmfer.evaluation.ranking import area_under_curve, mean_of_defined
from mmfer.evaluation.report_file import Report

EXPRESSION_MEASURES = (
    'accuracy',
    'mean_class_accuracy',
    'macro_f1',
    'auc',
    'ece',
    'coarse_accuracy',
)
"""Measures over all classes, in the order of tables."""


def expression_report(
    scores: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    coarse_classes: Sequence[str] | None = None,
    parents: Sequence[int] | None = None,
    coarse: Literal['argmax', 'sum'] = 'argmax',
    groups: Sequence[Group | None] | None = None,
    calibration_bins: int = 15,
    min_group: int = 30,
) -> Report:
    """Evaluate predictions of expressions. All measures are in percent.

    ``mean_class_accuracy`` is the mean recall of the classes (scikit-learn's balanced accuracy and
    macro recall), ``macro_f1`` the mean F1, and ``auc`` the mean area under the ROC curve of each
    class against all others. The means are taken over the classes that occur among the labels;
    ``absent_classes`` names the other classes, and ``classes_without_auc`` the classes without a
    ROC curve. ``ece`` is the expected calibration error of the largest probability. ``chance``
    holds the mean result of guessing all classes equally often.

    Args:
        scores: Class probabilities (N, C).
        labels: True classes (N,).
        classes: The C names.
        coarse_classes: The names of the coarse classes, or None.
        parents: The coarse class of each of the C classes.
        coarse: The coarse prediction: the parent of the predicted class (``'argmax'``), or the
            coarse class with the largest sum of probabilities (``'sum'``).
        groups: Group of the person in each of the N images, such as gender, age and race.
        calibration_bins: Number of bins of the calibration error.
        min_group: Smallest number of images of a group that is compared with other groups.

    Returns:
        :data:`EXPRESSION_MEASURES` (``coarse_accuracy`` with a tree; ``auc`` is None if only one
        class occurs), ``chance``, ``per_class`` (for each name ``accuracy``, ``precision``,
        ``f1``, ``auc``, ``count``), ``absent_classes``, ``classes_without_auc``,
        ``confusion_matrix`` (C rows of true, C columns of predicted classes), ``groups``
        (:func:`mmfer.evaluation.group_report`), ``classes``, ``coarse_classes``, ``parents`` and
        ``num_samples``; all values can be stored as JSON.

    Raises:
        ValueError: If the shapes differ, there are no samples, a label is out of range, a score is
            not a probability, or an option is unknown.
    """
    if coarse not in ('argmax', 'sum'):
        raise ValueError(f"coarse={coarse!r}: choose 'argmax' or 'sum'.")
    scores = check_probabilities(scores, len(labels), len(classes), 'classes')
    _check_labels(labels, len(classes), groups)
    parent = None if coarse_classes is None or parents is None else np.asarray(parents)

    def judge(index: np.ndarray) -> Report:
        return _judge(scores[index], labels[index], classes, parent, coarse, calibration_bins)

    def judge_group(index: np.ndarray) -> Report:
        entries = (*EXPRESSION_MEASURES, 'absent_classes', 'classes_without_auc')
        return {name: value for name, value in judge(index).items() if name in entries}

    chance = {'accuracy': 100 / len(classes), 'mean_class_accuracy': 100 / len(classes)}
    if parent is not None:
        share = np.bincount(parent) / len(parent)
        chance['coarse_accuracy'] = float(100 * share[parent[labels]].mean())
    return judge(np.arange(len(labels))) | {
        'chance': chance,
        'groups': group_report(groups or [], judge_group, EXPRESSION_MEASURES, min_group),
        'classes': list(classes),
        'coarse_classes': None if coarse_classes is None else list(coarse_classes),
        'parents': None if parents is None else [int(p) for p in parents],
        'num_samples': len(labels),
    }


def _judge(
    scores: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    parent: np.ndarray | None,
    coarse: str,
    bins: int,
) -> Report:
    count = len(classes)
    predicted = scores.argmax(axis=1)
    matrix = np.zeros((count, count), dtype=np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    hits, true, positive = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    recall = 100 * hits / np.maximum(true, 1)
    precision = 100 * hits / np.maximum(positive, 1)
    f1 = 200 * hits / np.maximum(true + positive, 1)
    auc = [area_under_curve(scores[:, i], labels == i) for i in range(count)]
    occurs = true > 0
    report: Report = {
        'accuracy': float(100 * hits.sum() / len(labels)),
        'mean_class_accuracy': float(recall[occurs].mean()),
        'macro_f1': float(f1[occurs].mean()),
        'auc': mean_of_defined(auc),
        'ece': expected_calibration_error(scores.max(axis=1), predicted == labels, bins),
    }
    if parent is not None:
        sums = scores @ np.eye(parent.max() + 1)[parent]
        guess = sums.argmax(axis=1) if coarse == 'sum' else parent[predicted]
        report['coarse_accuracy'] = float(100 * (guess == parent[labels]).mean())
    return report | {
        'per_class': {
            name: {
                'accuracy': float(recall[i]) if occurs[i] else None,
                'precision': float(precision[i]) if positive[i] else None,
                'f1': float(f1[i]) if occurs[i] else None,
                'auc': auc[i],
                'count': int(true[i]),
            }
            for i, name in enumerate(classes)
        },
        'absent_classes': [name for i, name in enumerate(classes) if not occurs[i]],
        'classes_without_auc': [name for i, name in enumerate(classes) if auc[i] is None],
        'confusion_matrix': matrix.tolist(),
    }


def _check_labels(labels: np.ndarray, count: int, groups: Sequence[Group | None] | None) -> None:
    if labels.min() < 0 or labels.max() >= count:
        row = int(np.flatnonzero((labels < 0) | (labels >= count))[0])
        raise ValueError(
            f'The label {labels[row]} of sample {row} is not one of 0 to {count - 1}. Check the '
            'annotations and the classes of the data set.'
        )
    if groups is not None and len(groups) != len(labels):
        raise ValueError(
            f'{len(groups)} groups for {len(labels)} samples: give one group for each sample.'
        )
