"""The lists of CelebA: rows of a name and numbers, as text or csv."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.datasets.files.csv_files import csv_rows
from mmfer.datasets.files.text_files import read_lines, spaced_fields
from mmfer.reading import whole_number


@dataclass(frozen=True)
class Table:
    """A list: the names of N images, and K numbers for each image."""

    path: Path
    names: list[str]
    values: np.ndarray
    """(N, K) int64."""


def find_table(root: Path, name: str) -> Path | None:
    """Find a list as text or csv, in the root or in the folders of the official archive."""
    for folder in (root, root / 'Anno', root / 'Eval'):
        for suffix in ('.txt', '.csv'):
            if (folder / f'{name}{suffix}').is_file():
                return folder / f'{name}{suffix}'
    return None


def read_table(path: Path, columns: Sequence[str] | None) -> Table:
    """Read a list.

    In a text file, a row is a name and numbers separated by spaces; the number of rows and the
    names of the columns may precede the rows. In a csv file, the first row has the names of the
    columns, and the first column has the names of the images.

    Args:
        path: The file.
        columns: The names of the K columns, compared with the file if it has names. None accepts
            any names.

    Raises:
        ValueError: If the columns differ, a row is faulty, an image is listed twice, or the number
            of rows differs from the first line of the file.
    """
    if path.suffix == '.csv':
        rows = list(csv_rows(path))
    else:
        rows = [
            (number, spaced_fields(line, f'{path}, line {number}'))
            for number, line in read_lines(path)
        ]
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
            f'"{path}" has other columns than the official list: {", ".join(wrong[:5])}. Copy the '
            'file from the release again.'
        )
    names = [row[0] for _, row in rows]
    values = np.zeros((len(rows), len(header)), dtype=np.int64)
    for i, (number, row) in enumerate(rows):
        try:
            values[i] = [int(value) for value in _exactly(row[1:], len(header))]
        except (ValueError, OverflowError) as error:
            raise ValueError(
                f'{path}, line {number}: {error}. A row must be the name of an image and '
                f'{len(header)} integers. Correct the row.'
            ) from error
    if count not in (None, len(names)):
        raise ValueError(
            f'"{path}" has {len(names)} rows, but its first line says {count}. The file may be '
            'truncated. Copy the file from the release again.'
        )
    if len(set(names)) < len(names):
        unique, times = np.unique(names, return_counts=True)
        raise ValueError(
            f'"{path}" lists {unique[times > 1][0]} twice. Copy the file from the release again.'
        )
    return Table(path, names, values)


def _count(path: Path, text: str) -> int:
    count = whole_number(text)
    if count is None:
        raise ValueError(
            f'{path}, line 1: "{text[:20]}" is not the number of rows. Copy the file from the '
            'release again.'
        )
    return count


def _exactly(values: list[str], count: int) -> list[str]:
    if len(values) != count:
        raise ValueError(f'{len(values)} numbers instead of {count}')
    return values
