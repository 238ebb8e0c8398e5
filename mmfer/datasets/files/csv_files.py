"""Rows of csv files, as spreadsheets and people write them."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TextIO

from mmfer.datasets.files.text_files import lines_of, open_text

SEPARATORS = ',;\t|'


def csv_rows(path: Path, encoding: str | None = None) -> Iterator[tuple[int, list[str]]]:
    """The number of the line and the cells of each row that is not empty.

    The separator is the one of ``, ; | tab`` that is most frequent in the first line, or the one
    that a first line ``sep=;`` names. Blanks around a cell, a byte order mark and the kind of line
    ends do not matter.

    Args:
        path: The file.
        encoding: See :func:`mmfer.datasets.files.text_files.open_text`.

    Raises:
        ValueError: If the file is no text of the encoding, a line is too long, or a quotation mark
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
    """How many lines to pass over, and the separator of the cells."""
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
    """The names of the columns, and for each row where it stands and its cells.

    Empty cells beyond the last column are left out.

    Args:
        path: The file.
        encoding: See :func:`mmfer.datasets.files.text_files.open_text`.

    Raises:
        ValueError: As :func:`csv_rows`; if a column is there twice; or, while the rows are read,
            if one has more or fewer cells than there are columns.
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
    """Check that a file has all of these columns.

    Raises:
        ValueError: If one is missing.
    """
    absent = [name for name in columns if name not in head]
    if absent:
        raise ValueError(
            f'"{path}" lacks the columns {", ".join(absent)}. Its first line must be '
            f'{",".join(columns)}; take it from its release again.'
        )
