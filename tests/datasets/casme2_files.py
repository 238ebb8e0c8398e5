"""Write a few clips in the layout of CASME II."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from mmfer.labels.releases import CASME2_CODING_FILE
from tests.datasets.disk import write_image

HEAD = (
    *('Subject', 'Filename', None, 'OnsetFrame', 'ApexFrame', 'OffsetFrame', None),
    *('Action Units', 'Estimated Emotion'),
)
FRAMES = 'CASME2_RAW_selected'


def row(subject: Any, name: Any, onset: Any, apex: Any, offset: Any, units: Any, emotion: Any):
    return (subject, name, None, onset, apex, offset, None, units, emotion)


def write_coding(root: Path, rows: Iterable[Sequence[Any]], head: Sequence[Any] = HEAD) -> Path:
    """Write the coding file."""
    root.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.active.title = 'Sheet1'
    for cells in (head, *rows):
        book.active.append(cells)
    book.save(root / CASME2_CODING_FILE)
    return root / CASME2_CODING_FILE


def write_clip(root: Path, clip: str, frames: Iterable[int], folder: str = FRAMES) -> None:
    """Write a clip with frames of noise."""
    for number in frames:
        write_image(root / folder / clip / f'img{number}.jpg', number, (28, 34))
