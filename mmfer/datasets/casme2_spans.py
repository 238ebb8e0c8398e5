"""Where the clips of CASME II begin and end, for tools that need no labels."""

from dataclasses import dataclass
from pathlib import Path

from mmfer.datasets.casme2_coding import CODING_FILE, read_rows

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
        subject, name, onset, offset = (row[column] for column in COLUMNS)
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
