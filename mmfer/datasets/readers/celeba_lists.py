"""The lists of CelebA: a name and numbers in each row, as text or csv."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.datasets.files.csv_files import csv_rows
from mmfer.datasets.files.text_files import read_lines


@dataclass(frozen=True)
class Table:
    """A list: the names of N images, and K numbers of each."""

    path: Path
    names: list[str]
    values: np.ndarray
    """(N, K) int64."""


def find_table(root: Path, name: str) -> Path | None:
    """A list as text or csv, in the root or in the folders of the official archive."""
    for folder in (root, root / 'Anno', root / 'Eval'):
        for suffix in ('.txt', '.csv'):
            if (folder / f'{name}{suffix}').is_file():
                return folder / f'{name}{suffix}'
    return None


def read_table(path: Path, columns: Sequence[str] | None) -> Table:
    """Read a list.

    In a text file a row is a name and numbers with blanks between; before them may stand the
    number of rows, and the names of the columns. In a csv file the first row has the names of the
    columns, that of the images first.

    Args:
        path: The file.
        columns: The names of the K columns; they are checked where the file names them. None
            takes any.

    Raises:
        ValueError: If the columns are others, a row is faulty, an image is named twice, or their
            number is not the one at the head of the file.
    """
    if path.suffix == '.csv':
        rows = list(csv_rows(path))
    else:
        rows = [(number, line.split()) for number, line in read_lines(path)]
    count = None
    if path.suffix == '.csv':
        header = rows.pop(0)[1][1:] if rows else []
    else:
        if rows and len(rows[0][1]) == 1:
            count = _count(path, rows.pop(0)[1][0])
        header = rows.pop(0)[1] if count is not None and rows else list(columns or ())
    if columns is not None and tuple(header) != tuple(columns):
        wrong = sorted(set(header) ^ set(columns)) or ['the same in another order']
        raise ValueError(
            f'"{path}" names other columns than the official list: {", ".join(wrong[:5])}. Take it '
            'from the release again.'
        )
    names = [row[0] for _, row in rows]
    values = np.zeros((len(rows), len(header)), dtype=np.int64)
    for i, (number, row) in enumerate(rows):
        try:
            values[i] = [int(value) for value in _exactly(row[1:], len(header))]
        except (ValueError, OverflowError) as error:
            raise ValueError(
                f'{path}, line {number}: {error}. A row must be the name of an image and '
                f'{len(header)} whole numbers. Correct it.'
            ) from error
    if count not in (None, len(names)):
        raise ValueError(
            f'"{path}" has {len(names)} rows, but {count} stands in its first line. It may be cut '
            'short: take it from the release again.'
        )
    if len(set(names)) < len(names):
        unique, times = np.unique(names, return_counts=True)
        raise ValueError(
            f'"{path}" names {unique[times > 1][0]} twice. Take it from the release again.'
        )
    return Table(path, names, values)


def _count(path: Path, text: str) -> int:
    if not text.isdigit():
        raise ValueError(
            f'{path}, line 1: "{text}" is not the number of rows. Take it from the release again.'
        )
    return int(text)


def _exactly(values: list[str], count: int) -> list[str]:
    if len(values) != count:
        raise ValueError(f'{len(values)} numbers instead of {count}')
    return values
