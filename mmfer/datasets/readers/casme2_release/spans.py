"""Onsets and offsets of the clips of CASME II, for tools that need no labels."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mmfer.datasets.readers.casme2_release.coding import read_rows, subject_name, whole_number
from mmfer.labels.releases import CASME2_CODING_FILE, CASME2_FRAMES

COLUMNS = ('Subject', 'Filename', 'OnsetFrame', 'OffsetFrame')
FRAME_FOLDERS = (CASME2_FRAMES, '.')
"""Possible parents of the folders of subjects, in the folder of the data set."""
NEARBY = 2
"""Maximum distance, in frames of 5 ms, of a substitute for a missing frame."""


@dataclass(frozen=True)
class ClipSpan:
    """A clip: its name (``sub01/EP02_01f``), folder, and the numbers of onset and offset."""

    name: str
    folder: Path
    onset: int
    offset: int

    def among(self, numbers: Iterable[int]) -> tuple['ClipSpan', list[str]]:
        """The span between existing frames, and messages about missing frames.

        Args:
            numbers: The numbers of the frames on disk, at least one.
        """
        numbers = list(numbers)
        onset, offset = nearest_frame(self.onset, numbers), nearest_frame(self.offset, numbers)
        said = [
            f'the {what}, frame {given}, is missing; frame {taken} is used.'
            for what, given, taken in (
                ('onset', self.onset, onset),
                ('offset', self.offset, offset),
            )
            if taken not in (None, given)
        ]
        span = replace(
            self,
            onset=self.onset if onset is None else onset,
            offset=self.offset if offset is None else offset,
        )
        return span, said


def nearest_frame(number: int, numbers: Iterable[int]) -> int | None:
    """The number of the nearest frame on disk, or None if no frame is nearby."""
    nearest = min(numbers, key=lambda n: (abs(n - number), n))
    return nearest if abs(nearest - number) <= NEARBY else None


def read_spans(root: str | Path) -> tuple[list[ClipSpan], list[str]]:
    """The clips of the coding file, and messages about rows that are left out.

    Raises:
        FileNotFoundError: If the coding file does not exist.
        ValueError: If the coding file cannot be read or lacks a column.
    """
    root = Path(root)
    path = root / CASME2_CODING_FILE
    if not path.is_file():
        raise FileNotFoundError(
            f'No coding file at "{path}". Give the folder of CASME II, which contains this file '
            f'and {CASME2_FRAMES}/.'
        )
    spans, faults = [], []
    for number, row in read_rows(path, COLUMNS):
        subject, name = subject_name(row['Subject']), str(row['Filename'] or '').strip()
        onset, offset = whole_number(row['OnsetFrame']), whole_number(row['OffsetFrame'])
        if subject is None or not name or onset is None or offset is None:
            cells = ', '.join(f'{column} {row[column]!r}' for column in COLUMNS)
            faults.append(
                f'row {number} of the coding file ({cells}) needs a subject, a name and two '
                'integers.'
            )
            continue
        clip = f'{subject}/{name}'
        spans.append(ClipSpan(clip, clip_folder(root, clip), onset, offset))
    return spans, faults


def clip_folder(root: str | Path, clip: str) -> Path:
    """The folder, which may be missing, of the frames of a clip, such as ``sub01/EP02_01f``."""
    places = [Path(root) / folder / clip for folder in FRAME_FOLDERS]
    return next((place for place in places if place.is_dir()), places[0])
