"""Rows of csv files, as spreadsheets and people write them."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The number of the line and the cells of each row that is not empty.

    Blanks around a cell, a byte order mark and the kind of line ends do not matter.

    Raises:
        ValueError: If the file is no text in UTF-8.
    """
    with path.open(newline='', encoding='utf-8-sig') as file:
        rows = csv.reader(file, skipinitialspace=True)
        try:
            for row in rows:
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield rows.line_num, cells
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValueError(
                f'"{path}" cannot be read after line {rows.line_num}: {error}. Save it as csv in '
                'UTF-8, or take it from its release again.'
            ) from error


def csv_table(path: Path) -> tuple[list[str], Iterator[tuple[str, list[str]]]]:
    """The names of the columns, and for each row where it stands and its cells.

    Raises:
        ValueError: If the file is no text in UTF-8, or, while the rows are read, one has more or
            fewer cells than there are columns.
    """
    rows = csv_rows(path)
    _, head = next(rows, (1, []))

    def checked() -> Iterator[tuple[str, list[str]]]:
        for number, cells in rows:
            where = f'{path}, line {number}'
            if len(cells) != len(head):
                raise ValueError(
                    f'{where}: {len(cells)} cells below {len(head)} columns: the row is cut short, '
                    'or a comma stands in a name. Correct or remove it.'
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
