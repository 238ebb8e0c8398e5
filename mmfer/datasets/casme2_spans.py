"""Where the clips of CASME II begin and end, for tools that need no labels."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import openpyxl

CODING_FILE = 'CASME2-coding-20140508.xlsx'
COLUMNS = ('Subject', 'Filename', 'OnsetFrame', 'OffsetFrame')
FRAME_FOLDERS = ('CASME2_RAW_selected', '.')
"""Where the folders of the subjects may be, below the data set's."""


@dataclass(frozen=True)
class ClipSpan:
    """A clip: its name (``sub01/EP02_01f``), folder, and the numbers of onset and offset."""

    name: str
    folder: Path
    onset: int
    offset: int


def read_spans(root: str | Path) -> tuple[list[ClipSpan], list[str]]:
    """The clips of the coding file, and what is wrong with the rows that are left out.

    Raises:
        FileNotFoundError: If there is no coding file.
        ValueError: If it cannot be read or lacks a column.
    """
    root = Path(root)
    path = root / CODING_FILE
    if not path.is_file():
        raise FileNotFoundError(
            f'No coding file at "{path}". Give the folder of CASME II, which holds it and '
            f'{FRAME_FOLDERS[0]}/.'
        )
    try:
        rows = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise ValueError(f'"{path}" cannot be read: {error}. Copy it again.') from error
    values = rows.iter_rows(values_only=True)
    head = [str(value or '').strip() for value in next(values, ())]
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        raise ValueError(
            f'"{path}" has no column {", ".join(missing)}; its columns are '
            f'{", ".join(filter(None, head))}. Take the file as it is downloaded.'
        )
    places = [head.index(name) for name in COLUMNS]
    spans, faults = [], []
    for number, row in enumerate(values, 2):
        subject, name, onset, offset = (row[place] for place in places)
        if subject is None and name is None:
            continue
        try:
            clip = f'sub{int(subject):02}/{str(name).strip()}'
            spans.append(ClipSpan(clip, clip_folder(root, clip), int(onset), int(offset)))
        except (TypeError, ValueError):
            faults.append(
                f'row {number} of the coding file ({subject}, {name}): OnsetFrame {onset!r} or '
                f'OffsetFrame {offset!r} is no number.'
            )
    return spans, faults


def clip_folder(root: str | Path, clip: str) -> Path:
    """Where the frames of a clip, such as ``sub01/EP02_01f``, are or should be."""
    places = [Path(root) / folder / clip for folder in FRAME_FOLDERS]
    return next((place for place in places if place.is_dir()), places[0])
