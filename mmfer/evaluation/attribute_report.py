"""The report on the recognition of binary attributes."""

from collections.abc import Sequence

import numpy as np

from mmfer.evaluation.calibration import expected_calibration_error
from mmfer.evaluation.groups import Group, group_report
from mmfer.evaluation.probabilities import check_probabilities
from mmfer.evaluation.ranking import area_under_curve, average_precision, mean_of_defined
from mmfer.evaluation.report_file import Report

ATTRIBUTE_MEASURES = {
    'mean_accuracy': 'accuracy',
    'balanced_accuracy': 'balanced_accuracy',
    'macro_f1': 'f1',
    'auc': 'auc',
    'average_precision': 'average_precision',
    'ece': 'ece',
}
"""Measures over all attributes, with the per-attribute measure of which each is the mean."""


def attribute_report(
    scores: np.ndarray,
    targets: np.ndarray,
    attributes: Sequence[str],
    mask: np.ndarray | None = None,
    groups: Sequence[Group | None] | None = None,
    calibration_bins: int = 15,
    min_group: int = 30,
) -> Report:
    """Evaluate predictions of binary attributes. All measures are in percent.

    An attribute is predicted as present if its score is 0.5 or more. Its ``balanced_accuracy`` is
    the mean of the recalls of present and absent; its ``ece`` is the expected calibration error of
    the score as the probability of presence. Each overall measure is the mean over the attributes
    for which it is defined.

    Unknown entries are ignored. An attribute that is unknown in all samples has no measures
    (``unknown_attributes``); an attribute that is always present or always absent has only
    ``accuracy`` and ``ece`` (``constant_attributes``).

    Args:
        scores: Probabilities (N, A).
        targets: (N, A), 1 if an attribute is present and 0 if it is absent.
        attributes: The A names.
        mask: (N, A) bool, True where the attribute is known; None if all are known.
        groups: Group of the person in each of the N images, such as gender, age and race.
        calibration_bins: Number of bins of the calibration error.
        min_group: Smallest number of images of a group that is compared with other groups.

    Returns:
        :data:`ATTRIBUTE_MEASURES` (None if undefined for all attributes), ``majority`` (the
        ``mean_accuracy`` of always predicting the more frequent value of each attribute),
        ``per_attribute`` (for each name the measures, ``present``, the share of images that show
        the attribute, and ``count``, the number of images in which the attribute is known),
        ``unknown_attributes``, ``constant_attributes``, ``groups``
        (:func:`mmfer.evaluation.group_report`), ``attributes`` and ``num_samples``; all values can
        be stored as JSON.

    Raises:
        ValueError: If the shapes differ, there are no samples, no attribute is known, a known
            target is not 0 or 1, or a score is not a probability.
    """
    scores = check_probabilities(scores, len(targets), len(attributes), 'attributes')
    known = np.ones(targets.shape, dtype=bool) if mask is None else mask.astype(bool)
    _check_targets(scores, targets, known, groups)

    def judge(index: np.ndarray) -> Report:
        rows = {
            name: _judge(scores[use, i], targets[use, i] == 1, calibration_bins)
            for i, name in enumerate(attributes)
            for use in [index[known[index, i]]]
        }
        constant = [n for n, row in rows.items() if row['count'] and row['present'] in (0, 100)]
        means = {
            name: mean_of_defined([row[entry] for row in rows.values()])
            for name, entry in ATTRIBUTE_MEASURES.items()
        }
        return means | {
            'per_attribute': rows,
            'unknown_attributes': [name for name, row in rows.items() if not row['count']],
            'constant_attributes': constant,
        }

    def judge_group(index: np.ndarray) -> Report:
        return {name: value for name, value in judge(index).items() if name != 'per_attribute'}

    report = judge(np.arange(len(targets)))
    shares = [row['present'] for row in report['per_attribute'].values() if row['count']]
    return report | {
        'majority': {'mean_accuracy': float(np.mean([max(s, 100 - s) for s in shares]))},
        'groups': group_report(groups or [], judge_group, list(ATTRIBUTE_MEASURES), min_group),
        'attributes': list(attributes),
        'num_samples': len(targets),
    }


def _judge(scores: np.ndarray, present: np.ndarray, bins: int) -> Report:
    row: Report = {'count': len(scores)} | dict.fromkeys(('present', *ATTRIBUTE_MEASURES.values()))
    if not len(scores):
        return row
    right = (scores >= 0.5) == present
    row['present'] = float(100 * present.mean())
    row['accuracy'] = float(100 * right.mean())
    row['ece'] = expected_calibration_error(scores, present, bins)
    if present.any() and not present.all():
        hits = int((right & present).sum())
        recalls = right[present].mean(), right[~present].mean()
        row['balanced_accuracy'] = float(100 * np.mean(recalls))
        row['f1'] = float(200 * hits / (2 * hits + (~right).sum()))
        row['auc'] = area_under_curve(scores, present)
        row['average_precision'] = average_precision(scores, present)
    return row


def _check_targets(
    scores: np.ndarray,
    targets: np.ndarray,
    known: np.ndarray,
    groups: Sequence[Group | None] | None,
) -> None:
    if targets.shape != scores.shape or known.shape != scores.shape:
        raise ValueError(
            f'Targets {targets.shape} and mask {known.shape} do not fit scores {scores.shape}: '
            'give one target and one entry of the mask for each sample and attribute.'
        )
    if not known.any():
        raise ValueError(
            'No attribute of any sample is known, so there is nothing to evaluate. Check the '
            "attribute_mask that the data set's reader gives."
        )
    wrong = known & (targets != 0) & (targets != 1)
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f'The target {targets[row, column]} of sample {row}, attribute {column}, is not 0 or '
            '1. Correct the annotation, or mark it unknown in attribute_mask.'
        )
    if groups is not None and len(groups) != len(targets):
        raise ValueError(
            f'{len(groups)} groups for {len(targets)} samples: give one group for each sample.'
        )
