"""The clips of a coding file: onset, apex, offset, action units and emotion of each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmfer.datasets.readers.clip_release.workbook import is_blank, read_rows, read_sheet
from mmfer.labels.clip_release import FIELDS, ClipRelease

MOST_FRAMES = 1_000_000
"""The maximum number of a frame."""
Oddities = defaultdict[str, list[str]]
"""Names of clips by kind of oddity."""


@dataclass(frozen=True)
class CodedClip:
    """A row of the coding file.

    Attributes:
        name: Subject and folder, such as ``sub01/EP02_01f``.
        subject: The subject, such as ``sub01``.
        onset: Number of the first frame of the expression.
        apex: Number of the strongest frame; None if the coders gave none.
        offset: Number of the last frame.
        action_units: The action units, such as ``4+7``; empty if the cell is empty.
        emotion: The emotion in lower case.
        where: File and row, for messages.
        folders: The folders in which the frames may lie, relative to the data set; parts may have
            ``*``.
    """

    name: str
    subject: str
    onset: int
    apex: int | None
    offset: int
    action_units: str
    emotion: str
    where: str
    folders: tuple[str, ...] = ()


def coding_file(root: Path, release: ClipRelease) -> Path | None:
    """The coding file of a data set; the last in order of names if there are several versions."""
    found = [path for pattern in release.coding for path in root.glob(pattern) if path.is_file()]
    return max(found, key=lambda path: path.name, default=None)


def coded_cells(
    path: Path, release: ClipRelease, fields: Sequence[str] = FIELDS
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the cells of each row that codes a micro-expression.

    ``subject`` is translated by the sheets of ``release.lookups``, and ``video`` is added.

    Args:
        path: The xlsx file.
        release: The release of the data set.
        fields: The fields of the cells, with ``subject`` and ``clip``.
    """
    tables = {
        field: {_key(row[lookup.key]): row[lookup.value] for row in _wide(path, lookup.sheet)}
        for field, lookup in release.lookups.items()
    }
    columns = {field: release.columns[field] for field in fields}
    if release.kind:
        columns['kind'] = release.columns['kind']
    rows = read_rows(path, list(columns.values()), release.sheets, release.headings_within)
    for number, row in rows:
        cells = {field: row[column] for field, column in columns.items()}
        if release.kind and _key(cells.pop('kind')) != release.kind:
            continue
        cells['video'] = str(cells['clip']).strip().rpartition('_')[0]
        for field, lookup in release.lookups.items():
            of = cells[field]
            found = tables[field].get(_key(of))
            cells[field] = None if found is None else _key(found).zfill(lookup.digits)
        yield number, cells


def _wide(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    """The rows of a sheet, each with three cells or more."""
    title, rows = read_sheet(path, (sheet,))
    if title != sheet:
        raise ValueError(f'"{path}" has no sheet "{sheet}". Use the original file.')
    return [(*row, None, None, None) for row in rows]


def _key(cell: Any) -> str:
    """A cell as text; 15.0 is 15."""
    number = None if isinstance(cell, str) else whole_number(cell)
    return str(cell).strip() if number is None else str(number)


def read_coding(
    path: Path, release: ClipRelease, rows: Iterable[tuple[int, dict[str, Any]]] | None = None
) -> tuple[list[CodedClip], Oddities]:
    """Read the coding file; cells may have any type.

    Args:
        path: The xlsx file.
        release: The release of the data set.
        rows: The rows; None for :func:`coded_cells`.

    Returns:
        The rows with a clip, onset, offset and emotion, and the names of the clips of each oddity.
        Rows with ``no_emotion`` or ``bad_row`` (no subject or name, or a frame that is not a
        number) are left out. Rows with ``apex_slash``, ``apex_absent`` (0 or empty),
        ``offset_absent`` (0: the apex is used), ``integer_subject``, ``capitalised_emotion``,
        ``unknown_action_units`` (``?``) or ``numeric_action_units`` are used.

    Raises:
        ValueError: As in :func:`read_rows`, or if a clip occurs twice.
    """
    clips: list[CodedClip] = []
    odd: Oddities = defaultdict(list)
    known: dict[str, int] = {}
    for number, cells in coded_cells(path, release) if rows is None else rows:
        where = f'{path.name}, row {number}'
        subject = subject_name(cells['subject'], release)
        if is_blank(cells['subject']) or is_blank(cells['clip']):
            odd['bad_row'].append(f'row {number} (no subject or no name)')
            continue
        if subject is None:
            odd['bad_row'].append(f'row {number} (the subject {cells["subject"]!r} has no number)')
            continue
        if 'video' in release.lookups and is_blank(cells['video']):
            sheet = release.lookups['video'].sheet
            odd['bad_row'].append(f'row {number} ({cells["clip"]} is not in the sheet {sheet})')
            continue
        name = f'{subject}/{name_of(cells, release)}'
        if name in known:
            raise ValueError(
                f'"{path}": the clip {name} is in row {known[name]} and in row {number}. '
                'Remove one.'
            )
        known[name] = number
        onset, offset = whole_number(cells['onset']), whole_number(cells['offset'])
        apex, written = whole_number(cells['apex']), str(cells['apex']).strip()
        emotion = '' if is_blank(cells['emotion']) else str(cells['emotion'])
        units = cells['units']
        if isinstance(cells['subject'], int | float):
            odd['integer_subject'].append(name)
        if isinstance(units, int | float):
            odd['numeric_action_units'].append(name)
        if units == '?':
            odd['unknown_action_units'].append(name)
        no_apex = is_blank(cells['apex'])
        if onset is None or offset is None or not (no_apex or written == '/' or apex is not None):
            given = ', '.join(repr(cells[c]) for c in ('onset', 'apex', 'offset'))
            odd['bad_row'].append(f'{name} (row {number}: the frames are {given})')
            continue
        if no_apex or (apex == 0 and onset > 0):
            odd['apex_absent'].append(name)
            apex = None
        elif apex is None:
            odd['apex_slash'].append(name)
        if offset == 0 and onset > 0 and apex is not None:
            odd['offset_absent'].append(name)
            offset = apex
        if not emotion.strip():
            odd['no_emotion'].append(name)
            continue
        if emotion != emotion.lower():
            odd['capitalised_emotion'].append(name)
        text, emotion = '' if is_blank(units) else _key(units), emotion.strip().lower()
        folders = folders_of({**cells, 'emotion': emotion}, subject, release)
        clips.append(CodedClip(name, subject, onset, apex, offset, text, emotion, where, folders))
    return clips, odd


def name_of(cells: dict[str, Any], release: ClipRelease) -> str:
    """The name of a clip after its subject."""
    return release.clip_name.format(clip=str(cells['clip']).strip(), onset=_key(cells['onset']))


def folders_of(cells: dict[str, Any], subject: str, release: ClipRelease) -> tuple[str, ...]:
    """The folders in which the frames of a clip may lie.

    They may have the name of the subject, or the spelling of the coding file.
    """
    fields = {field: _key(cell) for field, cell in cells.items()}
    spellings = [fields | {'subject': name} for name in (subject, fields['subject'])]
    folders = [pattern.format(**names) for names in spellings for pattern in release.folders]
    return tuple(dict.fromkeys(folders))


def subject_name(cell: Any, release: ClipRelease) -> str | None:
    """The name of a subject: in CASME II ``sub01`` for the cells 1, 1.0, '01' and 'Sub01'.

    One person has one name, or the person could be in the training and in the test.
    """
    if is_blank(cell):
        return None
    prefix = release.subject.partition('{')[0].lower()
    text = cell.strip().lower().removeprefix(prefix) if isinstance(cell, str) else cell
    number = whole_number(text)
    return None if number is None else release.subject.format(number)


def whole_number(cell: Any) -> int | None:
    """The integer in a cell, given as number or text, or None; at most :data:`MOST_FRAMES`."""
    try:
        number = float(cell)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() and abs(number) <= MOST_FRAMES else None
