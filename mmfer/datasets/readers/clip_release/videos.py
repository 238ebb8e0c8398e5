"""Long videos and the micro-expressions in them."""

from dataclasses import dataclass
from pathlib import Path

from mmfer.datasets.readers.clip_release.spans import read_spans, release_of
from mmfer.labels.long_videos import LONG_VIDEOS


@dataclass(frozen=True)
class LongVideo:
    """A video and the onset and offset of each micro-expression, both included."""

    name: str
    folder: Path
    intervals: tuple[tuple[int, int], ...]


def read_videos(root: str | Path) -> tuple[list[LongVideo], list[str]]:
    """The videos with a coded micro-expression, and messages about what is left out.

    Args:
        root: The folder of CAS(ME)^2, of CAS(ME)^3 with whole videos, or of SAMM Long Videos.

    Raises:
        FileNotFoundError: If the folder has no coding file of these data sets.
        ValueError: If the coding file cannot be read or lacks a column, or no video is there.
    """
    root = Path(root)
    spans, faults = read_spans(root, release_of(root, LONG_VIDEOS))
    videos: dict[Path, list[tuple[int, int]]] = {}
    for span in spans:
        if not span.folder.is_dir():
            faults.append(f'{span.name}: there is no folder "{span.folder}".')
        elif span.onset > span.offset:
            faults.append(f'{span.name}: the onset {span.onset} is after the offset {span.offset}.')
        else:
            videos.setdefault(span.folder, []).append((span.onset, span.offset))
    if not videos:
        raise ValueError(
            f'No video of the {len(spans)} micro-expressions in the coding file under "{root}" is '
            f'there. {" ".join(faults[:3])}'
        )
    return [
        LongVideo(folder.relative_to(root).as_posix(), folder, tuple(sorted(set(intervals))))
        for folder, intervals in sorted(videos.items())
    ], faults
