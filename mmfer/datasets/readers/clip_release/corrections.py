"""Corrections of known errors in the cells of a coding file."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from mmfer.datasets.readers.clip_release.coding import Oddities, name_of, subject_name, whole_number
from mmfer.labels.clip_release import ClipRelease

Row = tuple[int, dict[str, Any]]
"""The number of a row in the sheet, and its cells."""


def corrected(rows: Iterable[Row], release: ClipRelease) -> tuple[list[Row], Oddities]:
    """The rows with the corrections of ``release.errata``.

    Nothing is corrected unless the file has the official number of rows. An apex is only given to a
    row whose apex is ``/``, and must lie from the onset to the offset. An offset is only replaced
    if it lies before the apex of its row, and the new one does not.

    Args:
        rows: All rows that code a clip, with subject, clip, onset, apex and offset.
        release: The release of the data set.

    Returns:
        The rows, and what was done: the clips with ``apex_estimated`` or ``offset_corrected``, and
        the corrections with ``erratum_not_applied``.

    Raises:
        ValueError: If the release has no errata.
    """
    errata, rows = release.errata, list(rows)
    report: Oddities = defaultdict(list)
    if errata is None:
        raise ValueError(f'No errata of {release.name} are known. Read it without errata.')
    if len(rows) != errata.rows:
        report['erratum_not_applied'].append(
            f'all (the file has {len(rows)} rows, and the official one {errata.rows})'
        )
        return rows, report
    for index in sorted({*errata.apexes, *errata.offsets}):
        number, cells = rows[index]
        cells = dict(cells)
        name = f'{subject_name(cells["subject"], release)}/{name_of(cells, release)}'
        onset, offset = whole_number(cells['onset']), whole_number(cells['offset'])
        apex = errata.apexes.get(index, whole_number(cells['apex']))
        right = errata.offsets.get(index)
        if right is not None and right != offset:
            if not _ordered(onset, apex, right) or not _ordered(offset, apex) or offset == apex:
                report['erratum_not_applied'].append(
                    f'{name} (row {number}: the offset {cells["offset"]!r} is not before the apex)'
                )
            else:
                report['offset_corrected'].append(f'{name} ({right} for {offset})')
                cells['offset'] = offset = right
        if index in errata.apexes:
            if str(cells['apex']).strip() != '/' or not _ordered(onset, apex, offset):
                report['erratum_not_applied'].append(
                    f'{name} (row {number}: the apex {cells["apex"]!r} is no "/", or {apex} is '
                    'outside the expression)'
                )
            else:
                report['apex_estimated'].append(f'{name} ({apex})')
                cells['apex'] = apex
        rows[index] = number, cells
    return rows, report


def _ordered(*numbers: int | None) -> bool:
    """Whether all numbers are known, and none is below an earlier one."""
    known = [number for number in numbers if number is not None]
    return len(known) == len(numbers) and known == sorted(known)
