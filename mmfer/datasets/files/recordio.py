"""Images in the record files of MXNet, as InsightFace packs faces with their identities.

A ``.rec`` file is a row of records, each at a multiple of 4 bytes: the magic number; a word with
the length in its lower 29 bits and in its upper 3 whether the record is whole (0) or the first
(1), a middle (2) or the last (3) piece of one; and the data, filled up to a multiple of 4 bytes. A
record is cut where its data have the magic number at a multiple of 4 bytes, which is left out.
The data of an image begin with a header: flag (uint32), label (float32), two numbers (uint64);
with a flag above 0, so many float32 labels follow. Then comes the JPEG file.

The ``.idx`` file has a line ``<number> <tab> <offset>`` for each record.
"""

import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

MAGIC = 0xCED7230A
LENGTH = (1 << 29) - 1
WHOLE, LAST = 0, 3
HEADER = struct.Struct('<IfQQ')


@dataclass(frozen=True)
class RecordImage:
    """An image in a record file.

    Args:
        path: The ``.rec`` file.
        offset: Where its record begins, in bytes.
    """

    path: str
    offset: int

    def load(self) -> np.ndarray:
        """The image, (H, W, 3) uint8 BGR.

        Raises:
            FileNotFoundError: If the file is not there.
            ValueError: If the record or the image is damaged.
        """
        _, encoded = split_header(read_record(self.path, self.offset), self.path, self.offset)
        try:
            with Image.open(io.BytesIO(encoded)) as picture:
                return np.array(picture.convert('RGB'))[..., ::-1].copy()
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(
                f'{self.path}, byte {self.offset}: the image is damaged: {error}. Pack it again.'
            ) from error


def read_record(path: str | Path, offset: int) -> bytes:
    """The data of a record.

    Raises:
        FileNotFoundError: If the file is not there.
        ValueError: If no record begins there, or the file ends within it.
    """
    pieces = []
    with open(path, 'rb') as file:
        file.seek(offset)
        while True:
            head = file.read(8)
            magic, word = struct.unpack('<II', head) if len(head) == 8 else (None, 0)
            data = file.read(word & LENGTH) if magic == MAGIC else b''
            if magic != MAGIC or len(data) < word & LENGTH:
                raise ValueError(
                    f'{path}, byte {offset}: no whole record lies there. The file is cut short or '
                    'does not belong to its .idx file: copy both again.'
                )
            pieces.append(data)
            if word >> 29 in (WHOLE, LAST):
                return struct.pack('<I', MAGIC).join(pieces)
            file.seek(-len(data) % 4, io.SEEK_CUR)


def split_header(record: bytes, path: str | Path, offset: int) -> tuple[np.ndarray, bytes]:
    """The labels of a record, at least one, and its image.

    Args:
        record: Its data.
        path, offset: Where it is from, for the message.

    Raises:
        ValueError: If the record is too short for its labels.
    """
    flag, label, _, _ = HEADER.unpack_from(record.ljust(HEADER.size, b'\0'))
    end = HEADER.size + 4 * flag
    if len(record) < end:
        raise ValueError(
            f'{path}, byte {offset}: a record of {len(record)} bytes is too short for its header '
            f'of {end}. Copy or pack the file again.'
        )
    labels = np.frombuffer(record[HEADER.size : end], dtype='<f4') if flag else np.array([label])
    return labels, record[end:]


def read_index(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The numbers and offsets of the records, in the order of the file, both int64.

    Raises:
        ValueError: If a line is not two whole numbers.
    """
    try:
        values = path.read_text('utf-8').split()
        numbers = np.array(values, dtype=np.int64).reshape(-1, 2)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f'"{path}" is no index of records ({error}); a line must be a number and an offset. '
            'Copy it again.'
        ) from error
    return numbers[:, 0], numbers[:, 1]


def read_image_records(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the images of a record file by its ``.idx`` file, without reading them.

    The first record of InsightFace's packs is no image; its flag is above 0, and its first label
    is the number of the first record after the images.

    Args:
        path: The ``.rec`` file; the ``.idx`` file lies beside it.

    Returns:
        The numbers, offsets and identities of the N images, (N,) int64 each.

    Raises:
        FileNotFoundError: If one of the files is not there.
        ValueError: If the file is cut short, or the two do not belong together.
    """
    index = path.with_suffix('.idx')
    for file in (path, index):
        if not file.is_file():
            raise FileNotFoundError(
                f'There is no file "{file}". Copy both {path.stem}.rec and .idx.'
            )
    numbers, offsets = read_index(index)
    if 0 in numbers:
        first = int(offsets[numbers == 0][0])
        head = read_record(path, first)
        # The flag, which comes first.
        if any(head[:4]):
            end = split_header(head, path, first)[0][0]
            chosen = (numbers > 0) & (numbers < end)
            if chosen.sum() != end - 1:
                raise ValueError(
                    f'"{index}" names {chosen.sum()} images, but the first record of "{path}" '
                    f'tells of {end - 1:g}. Copy both again.'
                )
            numbers, offsets = numbers[chosen], offsets[chosen]
    return numbers, offsets, _labels(path, offsets)


def _labels(path: Path, offsets: np.ndarray) -> np.ndarray:
    """The first label of each record, and a check that each lies within the file."""
    size = path.stat().st_size
    # An empty file cannot be mapped.
    words = np.memmap(path, '<u4', 'r', shape=(size // 4,)) if size >= 4 else np.zeros(0, '<u4')
    starts = offsets // 4
    # Magic, length, and the header's flag and label.
    inside = (offsets >= 0) & (offsets % 4 == 0) & (starts + 4 <= len(words))
    whole = inside.copy()
    whole[inside] = words[starts[inside]] == MAGIC
    whole[whole] = offsets[whole] + 8 + (words[starts[whole] + 1] & LENGTH) <= 4 * len(words)
    if not whole.all():
        first = int(np.flatnonzero(~whole)[0])
        raise ValueError(
            f'"{path}" ({size} bytes) is cut short, or does not belong to its .idx '
            f'file: {(~whole).sum()} of {len(offsets)} records, the first at byte '
            f'{offsets[first]}, are not in it as a whole. Copy both again.'
        )
    # A flag above 0 says that labels follow the header, whose own label then is unused.
    several = words[starts + 2] > 0
    place = starts + np.where(several, 2 + HEADER.size // 4, 3)
    labels = np.asarray(words[np.minimum(place, len(words) - 1)]).view('<f4')
    return labels.astype(np.int64)
