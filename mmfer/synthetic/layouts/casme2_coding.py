"""The coding file of CASME II, with the oddities of the real one."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from openpyxl import Workbook

COLUMNS = (
    'Subject',
    'Filename',
    None,
    'OnsetFrame',
    'ApexFrame',
    'OffsetFrame',
    None,
    'Action Units',
    'Estimated Emotion',
)
PLANTED = {
    'apex_slash': 2,
    'integer_subject': 2,
    'capitalised_emotion': 2,
    'unknown_action_units': 1,
    'no_emotion': 1,
    'offset_before_apex': 1,
    'missing_clip': 1,
    'missing_frame': 1,
}
"""Oddities with their numbers of clips; no clip has two oddities."""


def plant_oddities(clips: int, seed: int) -> list[str | None]:
    """The planted oddity of each clip, or None.

    Raises:
        ValueError: If there are fewer clips than oddities.
    """
    kinds = [kind for kind, count in PLANTED.items() for _ in range(count)]
    if clips < len(kinds):
        raise ValueError(
            f'{clips} clips cannot hold the {len(kinds)} planted oddities of the coding file. '
            'Increase --images, or give --no-oddities.'
        )
    planted: list[str | None] = [None] * clips
    order = np.random.default_rng([seed, clips]).permutation(clips)
    for clip, kind in zip(order, kinds, strict=False):
        planted[clip] = kind
    return planted


def coding_row(truth: Mapping[str, Any]) -> list[str | int | None]:
    """The row of a clip, given its annotation."""
    oddity, subject, units = truth['oddity'], truth['subject'][3:], truth['coded_action_units']
    emotion = truth['emotion']
    return [
        int(subject) if oddity == 'integer_subject' else subject,
        truth['clip'].split('/')[1],
        None,
        truth['onset'],
        '/' if oddity == 'apex_slash' else truth['apex'],
        truth['apex'] - 3 if oddity == 'offset_before_apex' else truth['offset'],
        None,
        '?' if oddity == 'unknown_action_units' else units,
        None
        if oddity == 'no_emotion'
        else emotion.capitalize()
        if oddity == 'capitalised_emotion'
        else emotion,
    ]


def coding_file(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The xlsx file of clips; the same annotations give the same bytes."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = 'Sheet1'
    sheet.append(COLUMNS)
    for truth in sorted(rows, key=lambda row: row['clip']):
        sheet.append(coding_row(truth))
    written = io.BytesIO()
    book.save(written)
    return timeless(written)


def oddities(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Clips or files with each oddity of the coding file and the folders."""
    planted = {
        kind: sorted(row['clip'] for row in rows if row['oddity'] == kind) for kind in PLANTED
    }
    planted['missing_frame'] = sorted(
        f'{row["clip"]}/img{frame}.jpg' for row in rows for frame in row['missing_frames']
    )
    numbers = [row for row in rows if isinstance(coding_row(row)[7], int)]
    return planted | {
        'blank_columns': ['C', 'G'],
        'numeric_action_units': sorted(row['clip'] for row in numbers),
    }


def timeless(book: io.BytesIO) -> bytes:
    """The bytes of a zip file without the time at which it was written."""
    done = io.BytesIO()
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(done, 'w') as target:
        for name in source.namelist():
            content = source.read(name)
            if name == 'docProps/core.xml':
                content = re.sub(rb'\d{4}-\d\d-\d\dT[\d:.]+Z?', b'2014-05-08T00:00:00Z', content)
            target.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return done.getvalue()
