"""The csv files of FERPlus: the votes, and the rows of FER2013."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np

from mmfer.datasets.files.csv_files import check_columns, csv_table
from mmfer.datasets.files.fer2013_pixels import PixelRow, read_pixels
from mmfer.datasets.readers.ferplus_folders import vote_counts
from mmfer.datasets.readers.ferplus_votes import COLUMNS


def read_votes(path: Path) -> tuple[list[str], np.ndarray]:
    """The usages (N) and votes (N, 10) of ``fer2013new.csv``; its image names are ignored.

    Raises:
        ValueError: If a column is missing, or a vote is not a whole number of 0 or more.
    """
    usages: list[str] = []
    votes: list[list[int]] = []
    head, rows = csv_table(path)
    check_columns(path, head, ('Usage', *COLUMNS))
    for where, cells in rows:
        row = dict(zip(head, cells, strict=True))
        counts = [row[name] for name in COLUMNS]
        usages.append(row['Usage'])
        votes.append(vote_counts(where, counts))
    return usages, np.array(votes, dtype=np.int64).reshape(-1, len(COLUMNS))


def join_tables(
    pixel_file: Path, vote_file: Path, usages: Collection[str]
) -> tuple[list[PixelRow], np.ndarray]:
    """All rows of ``fer2013.csv`` with their votes (N, 10), joined by row number.

    The last result is cached until a file changes, so that all parts of a data set share one
    reading.

    Args:
        pixel_file: ``fer2013.csv``.
        vote_file: ``fer2013new.csv``.
        usages: The allowed values of ``Usage``.

    Raises:
        ValueError: If a row is faulty, or the files do not match.
    """
    return _join(pixel_file, vote_file, tuple(usages), *map(_state, (pixel_file, vote_file)))


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns


@lru_cache(maxsize=1)
def _join(
    pixel_file: Path, vote_file: Path, usages: tuple[str, ...], *states: tuple[int, int]
) -> tuple[list[PixelRow], np.ndarray]:
    images, (vote_usages, votes) = read_pixels(pixel_file), read_votes(vote_file)
    if len(images) != len(vote_usages):
        raise ValueError(
            f'"{pixel_file}" has {len(images)} rows and "{vote_file}" {len(vote_usages)}, but the '
            'two files are joined by row. Download both files again.'
        )
    for image, usage in zip(images, vote_usages, strict=True):
        if image.usage != usage or usage not in usages:
            raise ValueError(
                f'{image.where}, has the usage {image.usage}, but the row in the same place of '
                f'"{vote_file}" has {usage}. The files are joined by row and need the same usage '
                f'in both, one of {", ".join(usages)}. Download both files again.'
            )
    return images, votes
