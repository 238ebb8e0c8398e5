"""Open a pack of many images; measure the time and the memory until the first image.

python -m tests.reliability.run_long_list --images 10000000 --out work_dirs/long_list.json

The images of the pack are all equal and tiny, because only their number matters at the start.
"""

import argparse
import io
import multiprocessing
import resource
import struct
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmfer.datasets import MSCeleb1M
from mmfer.files import write_json

MAGIC = 0xCED7230A
CHUNK = 100_000
PER_IDENTITY = 100


def tiny_image() -> bytes:
    """A PNG file of 1 x 1 pixels, filled up to a multiple of 4 bytes by the frame of its record."""
    file = io.BytesIO()
    Image.new('L', (1, 1)).save(file, 'PNG')
    return file.getvalue()


def write_pack(folder: Path, count: int) -> int:
    """Write ``train.rec`` and ``train.idx`` with ``count`` images; return their bytes."""
    image = tiny_image()
    length = 24 + len(image)
    size = 8 + length + -length % 4
    head = struct.pack('<II', MAGIC, length)
    with (folder / 'train.rec').open('wb') as pack, (folder / 'train.idx').open('w') as index:
        for first in range(0, count, CHUNK):
            numbers = np.arange(first, min(first + CHUNK, count))
            records = np.zeros((len(numbers), size), np.uint8)
            records[:, :8] = np.frombuffer(head, np.uint8)
            labels = (numbers // PER_IDENTITY).astype('<f4')
            records[:, 12:16] = labels.view(np.uint8).reshape(-1, 4)
            records[:, 32 : 32 + len(image)] = np.frombuffer(image, np.uint8)
            pack.write(records.tobytes())
            index.writelines(f'{number + 1}\t{number * size}\n' for number in numbers.tolist())
    return sum((folder / name).stat().st_size for name in ('train.rec', 'train.idx'))


def open_pack(folder: Path, result: Any) -> None:
    """Open the pack in this process, read an image, and send seconds and MiB."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    before = pages * resource.getpagesize() // 1024  # ru_maxrss would be the peak of the imports
    wall, processor = time.monotonic(), time.process_time()
    data = MSCeleb1M(str(folder), pipeline=[dict(type='LoadExpressionImage')])
    count, image = len(data), data[len(data) // 2]['img']
    assert image.shape == (1, 1, 3)
    result.send(
        {
            'images': count,
            'seconds': round(time.monotonic() - wall, 1),
            'processor seconds': round(time.process_time() - processor, 1),
            'MiB': round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
        }
    )


def measure(count: int) -> dict[str, Any]:
    """Seconds and MiB to open a pack of ``count`` images."""
    with tempfile.TemporaryDirectory(prefix='long-list-') as folder:
        size = write_pack(Path(folder), count)
        # A new process: a fork would also use memory that its parent has freed.
        context = multiprocessing.get_context('spawn')
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=open_pack, args=(Path(folder), theirs))
        process.start()
        theirs.close()
        try:
            return {**ours.recv(), 'pack MB': size // 10**6}
        finally:
            process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--images', type=int, default=10_000_000)
    parser.add_argument('--out', type=Path, help='the JSON file of the results')
    args = parser.parse_args()
    result = measure(args.images)
    print(result)
    if args.out:
        write_json(args.out, result)


if __name__ == '__main__':
    main()
