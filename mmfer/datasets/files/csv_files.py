"""Rows of csv files in common variants."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TextIO

from mmfer.datasets.files.text_files import lines_of, open_text

SEPARATORS = ',;\t|'


def csv_rows(path: Path, encoding: str | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the cells of each row that is not empty.

    The separator is the most frequent of ``, ; | tab`` in the first line, or given by a first line
    such as ``sep=;``. Spaces around cells, a byte order mark and the type of line ends do not
    matter.

    Args:
        path: The file.
        encoding: See :func:`mmfer.datasets.files.text_files.open_text`.

    Raises:
        ValueError: If the file is not text in the encoding, a line is too long, or a quotation mark
            is not closed.
    """
    with open_text(path, encoding) as file:
        start, separator = _separator(file, path)
        if start == 0:
            file.seek(0)
        rows = csv.reader(lines_of(file, path, start), delimiter=separator, skipinitialspace=True)
        number = start
        try:
            for row in rows:
                number, first = start + rows.line_num, number + 1
                cells = [cell.strip() for cell in row]
                if number > first and any('\n' in cell or '\r' in cell for cell in cells):
                    raise ValueError(
                        f'{path}, line {first}: a cell goes on for {number - first + 1} lines: a '
                        'quotation mark is not closed. Correct the row.'
                    )
                if any(cells):
                    yield number, cells
        except csv.Error as error:
            raise ValueError(
                f'{path}, line {start + rows.line_num}: {error}. Correct the row, or take the file '
                'from its release again.'
            ) from error


def _separator(file: TextIO, path: Path) -> tuple[int, str]:
    """The number of lines to skip, and the separator of the cells."""
    for line in lines_of(file, path):
        text = line.strip()
        if text.lower().startswith('sep=') and len(text) <= 5:
            return 1, text[4:] or '\t'
        if text:
            counts = Counter(character for character in line if character in SEPARATORS)
            return 0, max(SEPARATORS, key=lambda separator: counts[separator])
    return 0, ','


def csv_table(
    path: Path, encoding: str | None = None
) -> tuple[list[str], Iterator[tuple[str, list[str]]]]:
    """The names of the columns, and the place and the cells of each row.

    Empty cells after the last column are ignored.

    Args:
        path: The file.
        encoding: See :func:`mmfer.datasets.files.text_files.open_text`.

    Raises:
        ValueError: As in :func:`csv_rows`, if a column occurs twice, or, while the rows are read,
            if the number of cells in a row differs from the number of columns.
    """
    rows = csv_rows(path, encoding)
    _, head = next(rows, (1, []))
    twice = [name for name, count in Counter(map(str.casefold, head)).items() if count > 1 and name]
    if twice:
        raise ValueError(f'"{path}" has the column "{twice[0]}" twice. Rename or remove one.')

    def checked() -> Iterator[tuple[str, list[str]]]:
        for number, cells in rows:
            where = f'{path}, line {number}'
            while len(cells) > len(head) and not cells[-1]:
                cells.pop()
            if len(cells) != len(head):
                raise ValueError(
                    f'{where}: {len(cells)} cells below {len(head)} columns: the row is cut short, '
                    'or a separator stands in a name. Correct or remove it.'
                )
            yield where, cells

    return head, checked()


def check_columns(path: Path, head: Collection[str], columns: Collection[str]) -> None:
    """Check that a file has all required columns.

    Raises:
        ValueError: If a column is missing.
    """
    absent = [name for name in columns if name not in head]
    if absent:
        raise ValueError(
            f'"{path}" lacks the columns {", ".join(absent)}. Its first line must be '
            f'{",".join(columns)}; take it from its release again.'
        )
