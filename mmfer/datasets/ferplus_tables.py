"""The two csv files of FERPlus: pixels and votes."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mmfer.datasets.csv_rows import check_columns, csv_table
from mmfer.datasets.ferplus_folders import vote_counts
from mmfer.datasets.ferplus_votes import COLUMNS

SIDE = 48


@dataclass(frozen=True)
class PixelText:
    """A grey image of 48 x 48 pixels, written as numbers in a text file.

    Args:
        path: The file.
        offset: Where the numbers begin, in bytes.
        size: Their length in bytes.
    """

    path: str
    offset: int
    size: int

    def load(self) -> np.ndarray:
        """The image, (48, 48, 3) uint8.

        Raises:
            FileNotFoundError: If the file is not there.
            ValueError: If these are not 48 * 48 numbers from 0 to 255.
        """
        with open(self.path, 'rb') as file:
            file.seek(self.offset)
            text = file.read(self.size)
        values = np.array(text.split(), dtype=np.int64)
        if len(values) != SIDE * SIDE or values.min() < 0 or values.max() > 255:
            raise ValueError(
                f'{self.path}, byte {self.offset}: {len(values)} pixels from {values.min()} to '
                f'{values.max()} instead of {SIDE * SIDE} from 0 to 255.'
            )
        return np.repeat(values.astype(np.uint8).reshape(SIDE, SIDE, 1), 3, axis=2)


@dataclass(frozen=True)
class PixelRow:
    """A row of ``fer2013.csv``."""

    usage: str
    pixels: PixelText


def read_pixels(path: Path) -> list[PixelRow]:
    """Where the images lie in ``fer2013.csv``.

    Raises:
        ValueError: If a column is missing, or a row has not 48 * 48 pixels.
    """
    rows = []
    with path.open('rb') as file:
        head = file.readline()
        names = [name.strip().strip('"') for name in head.decode('utf-8-sig').split(',')]
        if not {'pixels', 'Usage'} <= set(names):
            raise ValueError(
                f'"{path}" must have the columns emotion,pixels,Usage, and has {", ".join(names)}. '
                'Take it from its release again.'
            )
        pixels, usage = names.index('pixels'), names.index('Usage')
        begin = len(head)
        for number, line in enumerate(file, 2):
            if not line.strip():
                begin += len(line)
                continue
            fields = line.split(b',')
            text = fields[pixels].strip(b' "\r\n') if len(fields) == len(names) else b''
            # Counting blanks is a hundred times faster than splitting.
            if text.count(b' ') != SIDE * SIDE - 1 and len(text.split()) != SIDE * SIDE:
                raise ValueError(
                    f'{path}, line {number}: {len(text.split())} pixels instead of {SIDE * SIDE}. '
                    'The file may be cut short: take it from its release again.'
                )
            offset = begin + line.index(text)
            rows.append(
                PixelRow(
                    fields[usage].strip(b' "\r\n').decode(),
                    PixelText(str(path), offset, len(text)),
                )
            )
            begin += len(line)
    return rows


def read_votes(path: Path) -> tuple[list[str], np.ndarray]:
    """The usages (N) and votes (N, 10) of ``fer2013new.csv``; its names of images are not read.

    Raises:
        ValueError: If a column is missing, or a vote is no whole number of 0 or more.
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
    """All rows of ``fer2013.csv`` with their votes (N, 10), joined by their place.

    What was read last is kept while the files stay as they are, so that the parts of a data set
    share one pass.

    Args:
        pixel_file: ``fer2013.csv``.
        vote_file: ``fer2013new.csv``.
        usages: The parts that there may be.

    Raises:
        ValueError: If a row is faulty, or the files do not belong together.
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
            f'"{pixel_file}" has {len(images)} rows and "{vote_file}" {len(vote_usages)}; '
            'they are joined by row. Take both files from their releases again.'
        )
    for row, (image, usage) in enumerate(zip(images, vote_usages, strict=True)):
        if image.usage != usage or usage not in usages:
            raise ValueError(
                f'Row {row} is of {image.usage} in "{pixel_file}" and of {usage} in '
                f'"{vote_file}"; they are joined by row, and the same one of '
                f'{", ".join(usages)} must stand in both. Take both files from their '
                'releases again.'
            )
    return images, votes
