"""Onsets and offsets of the clips of a data set, for tools that need no labels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mmengine.logging import print_log

from mmfer.datasets.readers.clip_release.coding import (
    coded_cells,
    coding_file,
    folders_of,
    name_of,
    subject_name,
    whole_number,
)
from mmfer.datasets.readers.clip_release.corrections import Row, corrected
from mmfer.datasets.readers.clip_release.folders import (
    clip_folder,
    clips_in_folders,
    of_images,
)
from mmfer.datasets.readers.clip_release.workbook import is_blank
from mmfer.labels.clip_release import ClipRelease
from mmfer.labels.micro_expressions import MICRO_EXPRESSIONS

NEARBY = 2
"""Maximum distance, in frames, of a substitute for a missing frame."""


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


def read_spans(
    root: str | Path,
    release: ClipRelease | None = None,
    errata: bool = False,
    images: str | None = None,
) -> tuple[list[ClipSpan], list[str]]:
    """The clips of a data set, and messages about rows that are left out.

    Args:
        root: The folder of the data set.
        release: The release; None finds it by the coding file or the folders.
        errata: Whether known errors in the coding file are corrected, see :func:`corrected`.
        images: The kind of frames, see :func:`of_images`.

    Raises:
        FileNotFoundError: If the coding file does not exist.
        ValueError: If the coding file cannot be read or lacks a column, or no errata are known.
    """
    root = Path(root)
    release = of_images(root, release or release_of(root), images)
    if not release.coding:
        if errata:
            corrected([], release)  # none are known
        return [
            ClipSpan(clip.name, root / clip.folders[0], clip.onset, clip.offset)
            for clip in clips_in_folders(root, release)
        ], []
    path = coding_file(root, release)
    if path is None:
        raise FileNotFoundError(
            f'No coding file at "{root / release.coding[0]}". Give the folder of {release.name}, '
            f'which contains this file and {release.examples[1]}.'
        )
    fields = ['subject', 'clip', 'onset', 'offset']
    fields += ['emotion'] if '{emotion}' in release.folders[0] else []
    fields += [] if release.headings_within else ['apex']
    rows: Iterable[Row]
    if errata:
        rows, done = corrected(
            coded_cells(path, release, [*dict.fromkeys([*fields, 'apex'])]), release
        )
        for kind, names in done.items():
            print_log(f'{path}: {kind}: {", ".join(names)}', logger='current')
    else:
        rows = coded_cells(path, release, fields)
    spans, faults = [], []
    for number, cells in rows:
        subject = subject_name(cells['subject'], release)
        onset, offset = whole_number(cells['onset']), whole_number(cells['offset'])
        if subject is None or is_blank(cells['clip']) or onset is None or offset is None:
            given = ', '.join(
                f'{release.columns[field]} {cells[field]!r}'
                for field in ('subject', 'clip', 'onset', 'offset')
            )
            faults.append(
                f'row {number} of the coding file ({given}) needs a subject, a name and two '
                'integers.'
            )
            continue
        if offset == 0 and onset > 0:
            offset = whole_number(cells.get('apex')) or 0
        emotion = str(cells.get('emotion') or '').strip().lower()
        folders = folders_of({**cells, 'emotion': emotion}, subject, release)
        name = f'{subject}/{name_of(cells, release)}'
        spans.append(ClipSpan(name, clip_folder(root, folders), onset, offset))
    return spans, faults


def release_of(root: Path, releases: Mapping[str, ClipRelease] = MICRO_EXPRESSIONS) -> ClipRelease:
    """The release whose files are in a folder.

    Args:
        root: The folder.
        releases: The releases to look for.

    Raises:
        FileNotFoundError: If there is none.
    """
    for release in releases.values():
        if coding_file(root, release) is not None:
            return release
    for release in releases.values():
        if not release.coding and clips_in_folders(root, release):
            return release
    known = ', '.join(release.name for release in releases.values())
    files = ', '.join(r.coding[0] for r in releases.values() if r.coding)
    raise FileNotFoundError(
        f'No coding file in "{root}". Give the folder of one of {known}; known files are {files}.'
    )
