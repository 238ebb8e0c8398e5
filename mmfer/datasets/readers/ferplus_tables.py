"""The two csv files of FERPlus: pixels and votes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.datasets.files.csv_files import check_columns, csv_table
from mmfer.datasets.readers.ferplus_votes import COLUMNS

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
            if len(text.split()) != SIDE * SIDE:
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
        if not all(count.isdecimal() for count in counts):
            raise ValueError(
                f'{where}: the votes {", ".join(counts)} are not ten whole numbers. Take the file '
                'from its release again.'
            )
        usages.append(row['Usage'])
        votes.append([int(count) for count in counts])
    return usages, np.array(votes, dtype=np.int64).reshape(-1, len(COLUMNS))
