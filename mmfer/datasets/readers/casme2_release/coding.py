"""The coding file of CASME II: onset, apex, offset and emotion of each clip."""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from mmfer.labels.releases import CASME2_COLUMNS

SHEET = 'Sheet1'
MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 10_000, 100, 1 << 24
"""The maximum size of a coding file, unpacked; the official one has 256 rows of 9 columns."""
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
        apex: Number of the strongest frame; None if the coders wrote ``/``.
        offset: Number of the last frame.
        action_units: The action units, such as ``4+7``; empty if the cell is empty.
        emotion: The emotion in lower case.
        where: File and row, for messages.
    """

    name: str
    subject: str
    onset: int
    apex: int | None
    offset: int
    action_units: str
    emotion: str
    where: str


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each row of the first sheet, and its cells in given columns.

    Empty rows are skipped; other columns and the order of the columns do not matter.

    Args:
        path: The xlsx file.
        columns: The required columns.

    Raises:
        ValueError: If the file is not a workbook, or a column is missing or occurs twice.
    """
    title, table = _first_sheet(path)
    head = ['' if cell is None else str(cell).strip() for cell in (table[0] if table else ())]
    missing = [name for name in columns if name not in head]
    if missing:
        raise ValueError(
            f'"{path}" has no column {", ".join(missing)} in row 1 of {title}; its columns are '
            f'{", ".join(filter(None, head)) or "none"}. Restore the name of the column, or use '
            'the original file.'
        )
    twice = [name for name in columns if head.count(name) > 1]
    if twice:
        raise ValueError(f'"{path}", row 1: the column "{twice[0]}" occurs twice. Keep one.')
    places = {name: head.index(name) for name in columns}
    for number, row in enumerate(table[1:], 2):
        cells = {name: row[i] if i < len(row) else None for name, i in places.items()}
        if any(not _blank(cell) for cell in cells.values()):
            yield number, cells


def _first_sheet(path: Path) -> tuple[str, list[tuple[Any, ...]]]:
    """The title and the rows of the first sheet.

    Raises:
        ValueError: If the file is not a workbook, is damaged, or is far too large.
    """
    import openpyxl  # takes long to import

    try:
        with ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > MOST_BYTES:
            raise ValueError(f'the content has {size} bytes, more than {MOST_BYTES}')
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
            sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
            cells = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
            rows = list(islice(cells, MOST_ROWS + 1))
            title = sheet.title
        if len(rows) > MOST_ROWS:
            raise ValueError(f'{title} has more than {MOST_ROWS} rows')
    # For damaged files, openpyxl raises errors of many types, besides errors of the archive.
    except (OSError, LookupError, ValueError, TypeError, AttributeError, SyntaxError) as error:
        raise ValueError(f'"{path}" cannot be read: {error}. Copy it again.') from error
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OverflowError) as error:
        raise ValueError(f'"{path}" cannot be read: {error}. Copy it again.') from error
    return title, rows


def read_coding(path: Path) -> tuple[list[CodedClip], Oddities]:
    """Read the coding file; cells may have any type.

    Args:
        path: The xlsx file.

    Returns:
        The rows with a clip, onset, offset and emotion, and the names of the clips of each oddity.
        Rows with ``no_emotion`` or ``bad_row`` (no subject or name, or a frame that is not a
        number) are left out. Rows with ``apex_slash``, ``integer_subject``,
        ``capitalised_emotion``, ``unknown_action_units`` (``?``) or ``numeric_action_units`` are
        used.

    Raises:
        ValueError: As in :func:`read_rows`, or if a clip occurs twice.
    """
    clips: list[CodedClip] = []
    odd: Oddities = defaultdict(list)
    rows: dict[str, int] = {}
    for number, cells in read_rows(path, CASME2_COLUMNS):
        where = f'{path.name}, row {number}'
        subject, folder = subject_name(cells['Subject']), cells['Filename']
        if subject is None or _blank(folder):
            odd['bad_row'].append(f'row {number} (no subject or no name)')
            continue
        name = f'{subject}/{str(folder).strip()}'
        if name in rows:
            raise ValueError(
                f'"{path}": the clip {name} is in row {rows[name]} and in row {number}. Remove one.'
            )
        rows[name] = number
        onset, offset = whole_number(cells['OnsetFrame']), whole_number(cells['OffsetFrame'])
        apex, written = whole_number(cells['ApexFrame']), str(cells['ApexFrame']).strip()
        emotion = '' if _blank(cells['Estimated Emotion']) else str(cells['Estimated Emotion'])
        units = cells['Action Units']
        if isinstance(cells['Subject'], int | float):
            odd['integer_subject'].append(name)
        if isinstance(units, int | float):
            odd['numeric_action_units'].append(name)
        if units == '?':
            odd['unknown_action_units'].append(name)
        if onset is None or offset is None or (apex is None and written != '/'):
            given = ', '.join(repr(cells[c]) for c in ('OnsetFrame', 'ApexFrame', 'OffsetFrame'))
            odd['bad_row'].append(f'{name} (row {number}: the frames are {given})')
            continue
        if apex is None:
            odd['apex_slash'].append(name)
        if not emotion.strip():
            odd['no_emotion'].append(name)
            continue
        if emotion != emotion.lower():
            odd['capitalised_emotion'].append(name)
        text = '' if _blank(units) else str(units).strip()
        clips.append(
            CodedClip(name, subject, onset, apex, offset, text, emotion.strip().lower(), where)
        )
    return clips, odd


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def subject_name(cell: Any) -> str | None:
    """``sub01`` for the cells 1, 1.0, '01' and 'sub01'."""
    number = whole_number(cell.lower().removeprefix('sub') if isinstance(cell, str) else cell)
    return None if number is None else f'sub{number:02d}'


def whole_number(cell: Any) -> int | None:
    """The integer in a cell, given as number or text, or None; at most :data:`MOST_FRAMES`."""
    try:
        number = float(cell)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() and abs(number) <= MOST_FRAMES else None
