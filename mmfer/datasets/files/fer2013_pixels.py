"""The csv file of FER2013, whose images are numbers in its text."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.datasets.files.csv_files import SEPARATORS
from mmfer.datasets.files.text_files import MARKS
from mmfer.reading import binary_lines

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

    def content(self) -> bytes:
        """The numbers as they are written."""
        with open(self.path, 'rb') as file:
            file.seek(self.offset)
            return file.read(self.size)

    def load(self) -> np.ndarray:
        """The image, (48, 48, 3) uint8.

        Raises:
            FileNotFoundError: If the file is not there.
            ValueError: If these are not 48 * 48 numbers from 0 to 255.
        """
        try:
            values = np.array(self.content().split(), dtype=np.int64)
        except (ValueError, OverflowError) as error:
            raise ValueError(
                f'{self.path}, byte {self.offset}: pixels must be whole numbers from 0 to 255, but '
                f'there is another one: {error}.'
            ) from error
        if len(values) != SIDE * SIDE or values.min() < 0 or values.max() > 255:
            raise ValueError(
                f'{self.path}, byte {self.offset}: {len(values)} pixels from {values.min()} to '
                f'{values.max()} instead of {SIDE * SIDE} from 0 to 255.'
            )
        return np.repeat(values.astype(np.uint8).reshape(SIDE, SIDE, 1), 3, axis=2)


@dataclass(frozen=True)
class PixelRow:
    """A row of ``fer2013.csv``.

    Args:
        where: The file and the line, for messages.
        emotion: FER2013's own label as it is written.
        usage: The part: ``Training``, ``PublicTest`` or ``PrivateTest``.
        pixels: The image.
    """

    where: str
    emotion: str
    usage: str
    pixels: PixelText


def read_pixels(path: Path) -> list[PixelRow]:
    """Where the images lie in ``fer2013.csv``.

    The separator is the most frequent of ``, ; | tab`` in the first line.

    Raises:
        ValueError: If the file is in UTF-16, a column is missing, or a row has not 48 * 48 pixels.
    """
    rows = []
    with path.open('rb') as file:
        lines = binary_lines(file, path)
        head = next(lines, b'')
        if any(head.startswith(mark) for mark, name in MARKS if name == 'utf-16'):
            # The images are read from their bytes, which are not the numbers there.
            raise ValueError(f'"{path}" is in UTF-16. Save it as UTF-8.')
        decoded = head.decode('utf-8-sig', errors='replace')
        separator = max(SEPARATORS, key=decoded.count)
        names = [name.strip().strip('"') for name in decoded.split(separator)]
        if not {'emotion', 'pixels', 'Usage'} <= set(names):
            raise ValueError(
                f'"{path}" must have the columns emotion,pixels,Usage, and has {", ".join(names)}. '
                'Copy the file from its release again.'
            )
        pixels, usage = names.index('pixels'), names.index('Usage')
        emotion = names.index('emotion')
        begin = len(head)
        for number, line in enumerate(lines, 2):
            if not line.strip():
                begin += len(line)
                continue
            fields = line.split(separator.encode())
            text = fields[pixels].strip(b' "\r\n') if len(fields) == len(names) else b''
            # Counting blanks is a hundred times faster than splitting.
            if text.count(b' ') != SIDE * SIDE - 1 and len(text.split()) != SIDE * SIDE:
                raise ValueError(
                    f'{path}, line {number}: {len(text.split())} pixels instead of {SIDE * SIDE}. '
                    'The file may be cut short: copy it from its release again.'
                )
            offset = begin + line.index(text)
            rows.append(
                PixelRow(
                    f'{path}, line {number}',
                    fields[emotion].strip(b' "\r\n').decode(errors='replace'),
                    fields[usage].strip(b' "\r\n').decode(errors='replace'),
                    PixelText(str(path), offset, len(text)),
                )
            )
            begin += len(line)
    return rows
