"""Where the clips of CASME II begin and end, for tools that need no labels."""

from dataclasses import dataclass
from pathlib import Path

from mmfer.datasets.casme2_coding import CODING_FILE, read_rows, subject_name, whole_number

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
    spans, faults = [], []
    for number, row in read_rows(path, COLUMNS):
        subject, name = subject_name(row['Subject']), str(row['Filename'] or '').strip()
        onset, offset = whole_number(row['OnsetFrame']), whole_number(row['OffsetFrame'])
        if subject is None or not name or onset is None or offset is None:
            cells = ', '.join(f'{column} {row[column]!r}' for column in COLUMNS)
            faults.append(
                f'row {number} of the coding file ({cells}): a subject, a name and two whole '
                'numbers are needed.'
            )
            continue
        clip = f'{subject}/{name}'
        spans.append(ClipSpan(clip, clip_folder(root, clip), onset, offset))
    return spans, faults


def clip_folder(root: str | Path, clip: str) -> Path:
    """Where the frames of a clip, such as ``sub01/EP02_01f``, are or should be."""
    places = [Path(root) / folder / clip for folder in FRAME_FOLDERS]
    return next((place for place in places if place.is_dir()), places[0])
