"""Images in MXNet record files, the format of InsightFace's packs of faces with identities.

A ``.rec`` file is a sequence of records, each at a multiple of 4 bytes. A record has the magic
number; a word with the length in its lower 29 bits and the kind in its upper 3 bits: a whole record
(0) or the first (1), a middle (2) or the last (3) piece of a record; and the data, padded to a
multiple of 4 bytes. If the data contain the magic number at a multiple of 4 bytes, the record is
split there and the number is left out. The data of an image start with a header: flag (uint32),
label (float32), two numbers (uint64). A flag above 0 is the number of float32 labels that follow.
Then the JPEG file follows.

The ``.idx`` file has a line ``<number> <tab> <offset>`` for each record.
"""

import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.datasets.files.text_files import lines_of, open_text
from mmfer.faces.image_decoder import LoadedImage, decode_image
from mmfer.reading import check_regular

MAGIC = 0xCED7230A
LENGTH = (1 << 29) - 1
WHOLE, LAST = 0, 3
MOST_BYTES = 1 << 26
"""The maximum size of a record."""
HEADER = struct.Struct('<IfQQ')


@dataclass(frozen=True)
class RecordImage:
    """An image in a record file.

    Args:
        path: The ``.rec`` file.
        offset: Start of the record in bytes.
    """

    path: str
    offset: int

    def load(self) -> np.ndarray:
        """Read the image, (H, W, 3) uint8 BGR.

        Raises:
            FileNotFoundError: If the file does not exist.
            ValueError: If the record or the image is damaged.
        """
        return self.decode().pixels[..., ::-1].copy()

    def decode(self, min_side: int | None = None, face_side: float | None = None) -> LoadedImage:
        """Read the image, RGB, shrunk as :func:`mmfer.faces.image.load_image` does.

        Raises:
            FileNotFoundError: If the file does not exist.
            ValueError: If the record or the image is damaged.
        """
        _, encoded = split_header(read_record(self.path, self.offset), self.path, self.offset)
        name = f'{self.path}, byte {self.offset}: the image'
        return decode_image(io.BytesIO(encoded), name, min_side, face_side)


def read_record(path: str | Path, offset: int) -> bytes:
    """The data of a record.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If no record starts at the offset, or the record is incomplete or too large.
    """
    check_regular(path)
    pieces: list[bytes] = []
    left = MOST_BYTES
    with open(path, 'rb') as file:
        file.seek(offset)
        while True:
            head = file.read(8)
            magic, word = struct.unpack('<II', head) if len(head) == 8 else (None, 0)
            left -= word & LENGTH
            if left < 0:
                raise ValueError(
                    f'{path}, byte {offset}: the record has more than {MOST_BYTES} bytes. Copy or '
                    'pack the file again.'
                )
            data = file.read(word & LENGTH) if magic == MAGIC else b''
            if magic != MAGIC or len(data) < word & LENGTH:
                raise ValueError(
                    f'{path}, byte {offset}: there is no complete record. The file is truncated or '
                    'does not belong to its .idx file. Copy both files again.'
                )
            pieces.append(data)
            if word >> 29 in (WHOLE, LAST):
                return struct.pack('<I', MAGIC).join(pieces)
            file.seek(-len(data) % 4, io.SEEK_CUR)


def split_header(record: bytes, path: str | Path, offset: int) -> tuple[np.ndarray, bytes]:
    """The labels of a record, at least one, and its image.

    Args:
        record: The data of the record.
        path, offset: The place of the record, for the message.

    Raises:
        ValueError: If the record is too short for its labels.
    """
    flag, label, _, _ = HEADER.unpack_from(record.ljust(HEADER.size, b'\0'))
    end = HEADER.size + 4 * flag
    if len(record) < end:
        raise ValueError(
            f'{path}, byte {offset}: a record of {len(record)} bytes is too short for its header '
            f'of {end} bytes. Copy or pack the file again.'
        )
    labels = np.frombuffer(record[HEADER.size : end], dtype='<f4') if flag else np.array([label])
    return labels, record[end:]


def read_index(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The numbers and offsets of the records, in the order of the file, both int64.

    Raises:
        ValueError: If a line is not two integers.
    """
    try:
        with open_text(path) as file:
            words = (int(word) for line in lines_of(file, path) for word in line.split())
            numbers = np.fromiter(words, dtype=np.int64).reshape(-1, 2)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f'"{path}" is not an index of records ({error}). Each line must be a number and an '
            'offset. Copy the file again.'
        ) from error
    return numbers[:, 0], numbers[:, 1]


def read_image_records(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the images of a record file by its ``.idx`` file, without reading them.

    The first record of InsightFace's packs is not an image; its flag is above 0, and its first
    label is the number of the first record after the images.

    Args:
        path: The ``.rec`` file; the ``.idx`` file is next to it.

    Returns:
        The numbers, offsets and identities of the N images, (N,) int64 each.

    Raises:
        FileNotFoundError: If one of the files does not exist.
        ValueError: If the file is truncated, or the two files do not belong together.
    """
    index = path.with_suffix('.idx')
    for file in (path, index):
        if not file.is_file():
            raise FileNotFoundError(
                f'There is no file "{file}". Copy both {path.stem}.rec and {path.stem}.idx.'
            )
    numbers, offsets = read_index(index)
    if 0 in numbers:
        first = int(offsets[numbers == 0][0])
        head = read_record(path, first)
        # The flag is first.
        if any(head[:4]):
            end = split_header(head, path, first)[0][0]
            chosen = (numbers > 0) & (numbers < end)
            if chosen.sum() != end - 1:
                raise ValueError(
                    f'"{index}" lists {chosen.sum()} images, but the first record of "{path}" says '
                    f'{end - 1:g}. Copy both files again.'
                )
            numbers, offsets = numbers[chosen], offsets[chosen]
    return numbers, offsets, _labels(path, offsets)


def _labels(path: Path, offsets: np.ndarray) -> np.ndarray:
    """The first label of each record; also checks that each record is within the file."""
    size = path.stat().st_size
    # An empty file cannot be mapped.
    words = np.memmap(path, '<u4', 'r', shape=(size // 4,)) if size >= 4 else np.zeros(0, '<u4')
    starts = offsets // 4
    # Magic number, length, and the flag and label of the header.
    inside = (offsets >= 0) & (offsets % 4 == 0) & (starts + 4 <= len(words))
    whole = inside.copy()
    whole[inside] = words[starts[inside]] == MAGIC
    whole[whole] = offsets[whole] + 8 + (words[starts[whole] + 1] & LENGTH) <= 4 * len(words)
    if not whole.all():
        first = int(np.flatnonzero(~whole)[0])
        raise ValueError(
            f'"{path}" ({size} bytes) is truncated, or does not belong to its .idx file: '
            f'{(~whole).sum()} of {len(offsets)} records, the first at byte {offsets[first]}, are '
            'incomplete. Copy both files again.'
        )
    # If the flag is above 0, labels follow the header, and the label in the header is unused.
    several = words[starts + 2] > 0
    place = starts + np.where(several, 2 + HEADER.size // 4, 3)
    labels = np.asarray(words[np.minimum(place, len(words) - 1)]).view('<f4')
    return labels.astype(np.int64)
