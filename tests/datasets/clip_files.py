"""Write a few clips in the layout of any release of micro-expressions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from mmfer.labels.clip_release import ClipRelease
from tests.datasets.disk import write_image


@dataclass(frozen=True)
class WrittenClip:
    """A clip to be written; ``folder`` is that of its frames below the root."""

    subject: Any
    clip: Any
    emotion: str
    folder: str
    onset: Any = 3
    apex: Any = 5
    offset: Any = 8
    units: Any = '4+7'
    kind: str = 'micro-expression'


def write_clips(root: Path, release: ClipRelease, clips: Sequence[WrittenClip]) -> Path:
    """Write the coding file, if the release has one, and frames of noise from 1 to 9."""
    root.mkdir(parents=True, exist_ok=True)
    for clip in clips:
        for number in range(1, 10):
            name = release.frame.format(number=number, subject=clip.subject)
            path = root / clip.folder / name
            if not path.is_file():
                write_image(path, number, (28, 34))
    if release.coding:
        write_book(root / release.coding[0].replace('*', '_v2'), release, clips)
    return root


def write_book(path: Path, release: ClipRelease, clips: Sequence[WrittenClip]) -> None:
    """Write the coding file, with notes above the headings if they may be there."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = (*release.sheets, 'MICRO')[0]
    columns = dict(release.columns)
    if release.headings_within:
        for _ in range(13 if release.headings_within > 1 else 0):
            sheet.append(('Notes on the coding', 'Subject'))
        sheet.append(list(columns.values()))
    for clip in clips:
        sheet.append([getattr(clip, field) for field in columns])
    for lookup in release.lookups.values():
        extra = book.create_sheet(lookup.sheet)
        for key, value in LOOKUPS[lookup.sheet]:
            cells = [None, None, None]
            cells[lookup.key], cells[lookup.value] = key, value
            extra.append(cells)
    book.save(path)


LOOKUPS = {
    'naming rule1': [(1, 's15'), (2, 's16')],
    'naming rule2': [('anger1', '0401'), ('disgust1', 101)],
}
"""Rows of the sheets of CAS(ME)^2."""
