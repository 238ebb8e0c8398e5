"""Measures of groups of people, and the gaps between groups."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mmfer.evaluation.report_file import Report

Group = Mapping[str, str]
"""Group of a person, such as ``{'gender': 'female', 'age': '20-39', 'race': 'asian'}``."""


def group_report(
    groups: Sequence[Group | None],
    judge: Callable[[np.ndarray], Report],
    measures: Sequence[str],
    min_group: int = 30,
) -> Report:
    """Evaluate the samples of each group separately.

    Args:
        groups: Group of each of the N samples; None if unknown.
        judge: A function that returns the measures of the samples with the given indices.
        measures: Measures to compare; a group in which a measure is None is left out of the
            comparison.
        min_group: Groups of fewer samples are reported, but left out of the gaps.

    Returns:
        For each field: ``values`` (for each value ``count`` and the measures), ``gaps`` (for each
        measure ``gap``, the largest difference between two groups, with the ``highest`` and the
        ``lowest`` group; only if at least two groups have the measure), ``small`` (values with too
        few samples) and ``unknown`` (number of samples without the field).

    Raises:
        ValueError: If a group is not a dictionary, or ``min_group`` is below 1.
    """
    if min_group < 1:
        raise ValueError(f'min_group={min_group}: give 1 or more samples.')
    for i, group in enumerate(groups):
        if group is not None and not isinstance(group, Mapping):
            raise ValueError(
                f'The group of sample {i} is {group!r}: give a dictionary such as '
                "{'gender': 'female'}, or None."
            )
    report: Report = {}
    for field in dict.fromkeys(field for group in groups for field in group or {}):
        values = [(group or {}).get(field) for group in groups]
        members = {
            str(value): np.flatnonzero([other == value for other in values])
            for value in sorted({v for v in values if v is not None}, key=_by_leading_number)
        }
        rows = {value: {'count': len(index), **judge(index)} for value, index in members.items()}
        large = {value: row for value, row in rows.items() if row['count'] >= min_group}
        report[field] = {
            'values': rows,
            'gaps': _gaps(large, measures),
            'small': [value for value in rows if value not in large],
            'unknown': values.count(None),
        }
    return report


def _by_leading_number(value: str) -> tuple[int, str]:
    digits = re.match(r'\d*', str(value))
    return int(digits.group() or -1) if digits else -1, str(value)


def _gaps(rows: dict[str, Report], measures: Sequence[str]) -> Report:
    gaps = {}
    for name in measures:
        reached = {v: row[name] for v, row in rows.items() if row.get(name) is not None}
        if len(reached) > 1:
            highest, lowest = (
                max(reached, key=reached.__getitem__),
                min(reached, key=reached.__getitem__),
            )
            gaps[name] = {
                'gap': reached[highest] - reached[lowest],
                'highest': highest,
                'lowest': lowest,
            }
    return gaps
