"""Selection of the frame of a clip on disk."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from mmfer.datasets.readers.clip_release.coding import CodedClip, Oddities
from mmfer.datasets.readers.clip_release.folders import clip_folder, frames_of
from mmfer.datasets.readers.clip_release.spans import NEARBY, nearest_frame
from mmfer.faces.clips.clip_span import numbers_between
from mmfer.reading import read_json

FRAMES = ('apex', 'spotted', 'midway', 'onset')
UNKNOWN_APEX = ('leave_out', 'middle')
MARGIN = 100
"""Number of frames before the onset and after the offset that are read: a folder may hold a whole
video."""
LISTED = 100
"""The number of missing frames of a clip that are named."""
SPOTTED = 'spotted_apex.json'
"""The default file of spotted apexes in ``annotations/``."""


class Frames:
    """Finds the frame of each clip, and records oddities.

    Args:
        root: The folder of the data set.
        frame: One of :data:`FRAMES`.
        spotted: The spotted apex of each clip.
        name: The name of a frame in messages, with ``{number}`` and ``{subject}``.
        unknown_apex: ``'middle'`` takes the middle of onset and offset for the apex of a clip whose
            apex is not coded, lies before the onset, or is not on disk; ``'leave_out'`` leaves such
            a clip out.
    """

    def __init__(
        self,
        root: Path,
        frame: str,
        spotted: Mapping[str, int],
        name: str = 'img{number}.jpg',
        unknown_apex: str = 'leave_out',
    ) -> None:
        self.root, self.frame, self.spotted, self.name = root, frame, spotted, name
        self.unknown_apex = unknown_apex
        self._read: tuple[Any, dict[int, Path]] = (None, {})

    def find(self, clip: CodedClip, odd: Oddities) -> tuple[Path, int] | None:
        """The file and the number of the frame, or None if there is none.

        Args:
            clip: The clip.
            odd: Collects the names of odd clips. Clips with ``missing_clip``,
                ``onset_after_offset``, ``no_apex``, ``apex_before_onset``, ``not_spotted`` or
                ``frame_not_there`` have no frame; clips with ``offset_before_apex``,
                ``missing_frame``, ``nearby_frame`` or ``middle_for_apex`` have a frame.
        """
        there = self._frames(clip)
        if not there:
            odd['missing_clip'].append(clip.name)
            return None
        odd['missing_frame'] += self._gaps(clip, there)
        if clip.onset > clip.offset:
            odd['onset_after_offset'].append(f'{clip.name} ({clip.onset} to {clip.offset})')
            return None
        if clip.apex is not None and clip.apex > clip.offset:
            odd['offset_before_apex'].append(clip.name)
        if self.frame in ('apex', 'midway') and self.unknown_apex == 'middle':
            apex = None if clip.apex is None or clip.apex < clip.onset else clip.apex
            if apex is None or nearest_frame(apex, there) is None:
                odd['middle_for_apex'].append(clip.name)
                clip = replace(clip, apex=(clip.onset + clip.offset) // 2)
        number = self._number(clip, odd)
        if number is None:
            return None
        return self._nearest(clip, number, there, odd)

    def find_onset(self, clip: CodedClip, last: int, odd: Oddities) -> tuple[Path, int] | None:
        """The file and the number of the onset frame of a clip for which :meth:`find` found one.

        Args:
            clip: The clip.
            last: The number of the frame that was found.
            odd: Collects the names of odd clips: those with ``frame_not_there`` have no onset
                frame, those with ``nearby_frame`` or ``no_motion`` (both frames are the same) have
                one.
        """
        found = self._nearest(clip, clip.onset, self._frames(clip), odd)
        if found is not None and found[1] == last:
            odd['no_motion'].append(f'{clip.name} (frame {last})')
        return found

    def between(self, clip: CodedClip, last: int, count: int) -> list[Path]:
        """The files of frames evenly between the onset and a frame, each the nearest on disk.

        Args:
            clip: A clip for which :meth:`find_onset` found a frame.
            last: The number of the frame.
            count: The number of files.
        """
        there = self._frames(clip)
        return [there[n] for n in numbers_between([*there], clip.onset, last, count)]

    def _frames(self, clip: CodedClip) -> dict[int, Path]:
        """The frames of a clip; those of the last clip are not read again."""
        span = (min(clip.onset, clip.offset) - MARGIN, max(clip.onset, clip.offset) + MARGIN)
        if self._read[0] != (clip.folders, span):
            frames = frames_of(clip_folder(self.root, clip.folders), span)
            self._read = (clip.folders, span), frames
        return self._read[1]

    def _file(self, clip: CodedClip, number: int) -> str:
        return f'{clip.name}/{self.name.format(number=number, subject=clip.subject)}'

    def _gaps(self, clip: CodedClip, there: Mapping[int, Path]) -> list[str]:
        """The missing frames from onset to offset; the first ones, if the offset is far away."""
        span = range(clip.onset, clip.offset + 1)
        first = list(islice((n for n in span if n not in there), LISTED))
        more = len(span) - sum(n in span for n in there) - len(first)
        names = [self._file(clip, number) for number in first]
        return [*names, f'{more} more of {clip.name}'] if more else names

    def _number(self, clip: CodedClip, odd: Oddities) -> int | None:
        if self.frame == 'onset':
            return clip.onset
        if self.frame == 'spotted':
            spotted = self.spotted.get(clip.name)
            if spotted is None:
                odd['not_spotted'].append(clip.name)
            elif not clip.onset - NEARBY <= spotted <= clip.offset + NEARBY:
                span = f'{clip.onset} to {clip.offset}'
                odd['not_spotted'].append(f'{clip.name} ({spotted} is not in {span})')
                return None
            return spotted
        if clip.apex is None:
            odd['no_apex'].append(clip.name)
            return None
        if clip.apex < clip.onset:
            odd['apex_before_onset'].append(clip.name)
            return None
        return clip.apex if self.frame == 'apex' else (clip.onset + clip.apex) // 2

    def _nearest(
        self, clip: CodedClip, number: int, there: Mapping[int, Path], odd: Oddities
    ) -> tuple[Path, int] | None:
        nearest = nearest_frame(number, there)
        if nearest is None:
            odd['frame_not_there'].append(self._file(clip, number))
            return None
        if nearest != number:
            taken = self._file(clip, nearest)
            missing = self._file(clip, number).rpartition('/')[2]
            odd['nearby_frame'].append(f'{taken} for {missing}')
        return there[nearest], nearest


def spotted_path(root: Path, name: str = SPOTTED) -> Path:
    """The path of a file of spotted apexes, which is in ``annotations/``.

    Raises:
        ValueError: If the name has a folder or is not that of a JSON file.
    """
    if Path(name).name != name or Path(name).suffix != '.json':
        raise ValueError(
            f'"{name}" cannot be a file of spotted apexes. Give a name without a folder, such as '
            'spotted_registered.json; the file is in annotations/.'
        )
    return root / 'annotations' / name


def read_spotted(root: Path, name: str = SPOTTED) -> dict[str, int]:
    """The spotted apex of each clip.

    Args:
        root: The folder of the data set.
        name: The name of the file in ``annotations/``.

    Raises:
        FileNotFoundError: If there is no file of spotted apexes.
        ValueError: If the name is wrong, or the file does not map clips to numbers.
    """
    path = spotted_path(root, name)
    remedy = f'Spot the apexes: mmfer spot-apex --dataset {root}'
    if name != SPOTTED:
        remedy += f' --method METHOD --spotted {name} (METHOD is ratio or registered)'
    if not path.is_file():
        raise FileNotFoundError(f'frame=\'spotted\' needs the missing file "{path}". {remedy}')
    spotted = read_json(path, 'file of apexes', remedy)
    if not isinstance(spotted, dict) or not all(type(n) is int for n in spotted.values()):
        raise ValueError(
            f'"{path}" must have a frame number for each clip, such as {{"sub01/EP02_01f": 59}}. '
            f'{remedy}'
        )
    return spotted
