"""The rows of a workbook, read within limits."""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from mmfer.labels.clip_release import Column

MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 10_000, 100, 1 << 24
"""The maximum size of a workbook, unpacked; the coding file of CASME II has 256 rows."""


def read_rows(
    path: Path, columns: Sequence[Column], sheets: Sequence[str] = (), headings_within: int = 1
) -> Iterator[tuple[int, dict[Column, Any]]]:
    """Yield the number of each row of a sheet, and its cells in given columns.

    Empty rows are skipped; other columns and the order of the columns do not matter.

    Args:
        path: The xlsx file.
        columns: The required columns: headings, or positions from 0 if there are no headings.
        sheets: The names of the sheet; without one of them, the first sheet is read.
        headings_within: The headings are in one of this number of first rows; 0: no headings.

    Raises:
        ValueError: If the file is not a workbook, or a column is missing or occurs twice.
    """
    title, table = read_sheet(path, sheets)
    first = 0
    places: dict[Column, int] = {name: name for name in columns if isinstance(name, int)}
    if headings_within:
        first, places = _headings(path, title, table, columns, headings_within)
    for number, row in enumerate(table[first:], first + 1):
        cells = {name: row[i] if i < len(row) else None for name, i in places.items()}
        if any(not is_blank(cell) for cell in cells.values()):
            yield number, cells


def _headings(
    path: Path,
    title: str,
    table: Sequence[tuple[Any, ...]],
    columns: Sequence[Column],
    within: int,
) -> tuple[int, dict[Column, int]]:
    """The number of rows down to the headings, and the position of each column."""
    rows = [[_text(cell) for cell in row] for row in table[:within]] or [[]]
    missing = [[name for name in columns if name not in row] for row in rows]
    best = min(range(len(rows)), key=lambda i: len(missing[i]))
    head = rows[best]
    if missing[best]:
        where = 'row 1' if within == 1 else f'any of the first {within} rows'
        raise ValueError(
            f'"{path}" has no column {", ".join(map(str, missing[best]))} in {where} of {title}; '
            f'its columns are {", ".join(filter(None, head)) or "none"}. Restore the name of the '
            'column, or use the original file.'
        )
    twice = [name for name in columns if head.count(str(name)) > 1]
    if twice:
        raise ValueError(
            f'"{path}", row {best + 1}: the column "{twice[0]}" occurs twice. Keep one.'
        )
    return best + 1, {name: head.index(str(name)) for name in columns}


def read_sheet(path: Path, sheets: Sequence[str]) -> tuple[str, list[tuple[Any, ...]]]:
    """The title and the rows of the first sheet with one of the names, else of the first sheet.

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
            named = next((name for name in sheets if name in book.sheetnames), None)
            sheet = book.worksheets[0] if named is None else book[named]
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


def is_blank(cell: Any) -> bool:
    """Whether a cell is empty or has only spaces."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(cell: Any) -> str:
    return '' if cell is None else str(cell).strip()
