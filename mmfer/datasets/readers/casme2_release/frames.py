"""Selection of the frame of a clip of CASME II on disk."""

from collections.abc import Mapping
from pathlib import Path

from mmfer.datasets.readers.casme2_release.coding import CodedClip, Oddities
from mmfer.datasets.readers.casme2_release.spans import clip_folder, nearest_frame
from mmfer.faces.clips.clip import FolderClip, image_files
from mmfer.reading import read_json

FRAMES = ('apex', 'spotted', 'midway', 'onset')
SPOTTED = Path('annotations') / 'spotted_apex.json'


class Frames:
    """Finds the frame of each clip, and records oddities.

    Args:
        root: The folder of the data set.
        frame: One of :data:`FRAMES`.
        spotted: The spotted apex of each clip.
    """

    def __init__(self, root: Path, frame: str, spotted: Mapping[str, int]) -> None:
        self.root, self.frame, self.spotted = root, frame, spotted

    def find(self, clip: CodedClip, odd: Oddities) -> tuple[Path, int] | None:
        """The file and the number of the frame, or None if there is none.

        Args:
            clip: The clip.
            odd: Collects the names of odd clips. Clips with ``missing_clip``,
                ``onset_after_offset``, ``no_apex``, ``apex_before_onset``, ``not_spotted`` or
                ``frame_not_there`` have no frame; clips with ``offset_before_apex``,
                ``missing_frame`` or ``nearby_frame`` have a frame.
        """
        there = frames_of(self.root, clip.name)
        if not there:
            odd['missing_clip'].append(clip.name)
            return None
        gaps = [n for n in range(clip.onset, clip.offset + 1) if n not in there]
        odd['missing_frame'] += [f'{clip.name}/img{n}.jpg' for n in gaps]
        if clip.onset > clip.offset:
            odd['onset_after_offset'].append(f'{clip.name} ({clip.onset} to {clip.offset})')
            return None
        if clip.apex is not None and clip.apex > clip.offset:
            odd['offset_before_apex'].append(clip.name)
        number = self._number(clip, odd)
        if number is None:
            return None
        return _nearest(clip, number, there, odd)

    def find_onset(self, clip: CodedClip, odd: Oddities) -> tuple[Path, int] | None:
        """The file and the number of the onset frame of a clip for which :meth:`find` found one.

        Args:
            clip: The clip.
            odd: Collects the names of odd clips: those with ``frame_not_there`` have no onset
                frame, those with ``nearby_frame`` have one.
        """
        return _nearest(clip, clip.onset, frames_of(self.root, clip.name), odd)

    def _number(self, clip: CodedClip, odd: Oddities) -> int | None:
        if self.frame == 'onset':
            return clip.onset
        if self.frame == 'spotted':
            if clip.name not in self.spotted:
                odd['not_spotted'].append(clip.name)
            return self.spotted.get(clip.name)
        if clip.apex is None:
            odd['no_apex'].append(clip.name)
            return None
        if clip.apex < clip.onset:
            odd['apex_before_onset'].append(clip.name)
            return None
        return clip.apex if self.frame == 'apex' else (clip.onset + clip.apex) // 2


def _nearest(
    clip: CodedClip, number: int, there: Mapping[int, Path], odd: Oddities
) -> tuple[Path, int] | None:
    nearest = nearest_frame(number, there)
    if nearest is None:
        odd['frame_not_there'].append(f'{clip.name}/img{number}.jpg')
        return None
    if nearest != number:
        odd['nearby_frame'].append(f'{clip.name}/img{nearest}.jpg for img{number}.jpg')
    return there[nearest], nearest


def frames_of(root: Path, clip: str) -> dict[int, Path]:
    """The files of the frames of a clip by number; empty if there is no folder with images.

    Raises:
        ValueError: If two files have the same number, or an image has no number.
    """
    folder = clip_folder(root, clip)
    if not folder.is_dir() or not image_files(folder):
        return {}
    found = FolderClip(folder)
    return dict(zip(found.numbers, found.paths, strict=True))


def read_spotted(root: Path) -> dict[str, int]:
    """The spotted apex of each clip.

    Raises:
        FileNotFoundError: If there is no file of spotted apexes.
        ValueError: If the file does not map clips to numbers.
    """
    path = root / SPOTTED
    remedy = f'Spot the apexes: python tools/spot_apex.py --dataset {root}'
    if not path.is_file():
        raise FileNotFoundError(f'frame=\'spotted\' needs the missing file "{path}". {remedy}')
    spotted = read_json(path, 'file of apexes', remedy)
    if not isinstance(spotted, dict) or not all(type(n) is int for n in spotted.values()):
        raise ValueError(
            f'"{path}" must have a frame number for each clip, such as {{"sub01/EP02_01f": 59}}. '
            f'{remedy}'
        )
    return spotted
