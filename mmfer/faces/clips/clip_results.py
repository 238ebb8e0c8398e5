"""Files with the results of a clip, named after the clip."""

import json
import os
from pathlib import Path

from mmfer.faces.clips.clip import clip_name
from mmfer.files import check_writable


def results_stem(out_dir: Path, clip: Path, ending: str) -> str:
    """The start of the names of the files with the results of a clip.

    The name is that of the clip, which another clip may have: CASME II repeats the names of clips
    for each subject. So the JSON file records its clip (:func:`recorded_clip`), and the results of
    another clip are not overwritten.

    Args:
        out_dir: The folder for the results.
        clip: The folder or the video.
        ending: The end of the name of the JSON file, such as ``_apex.json``.

    Raises:
        OSError: If the JSON file cannot be written.
        ValueError: If it holds the results of another clip, or of an unknown one.
    """
    stem = f'{out_dir / clip_name(clip)}'
    path = Path(f'{stem}{ending}')
    check_writable(path)
    if path.is_file():
        owner = _owner(path)
        if owner != recorded_clip(clip):
            raise ValueError(
                f'"{path}" holds the results of {f"{owner!r}" if owner else "an unknown clip"}, '
                f'not of {recorded_clip(clip)!r}. Give another --out-dir, or remove the file.'
            )
    return stem


def recorded_clip(clip: Path) -> str:
    """The clip in its results: the whole path."""
    return os.path.realpath(clip)


def _owner(path: Path) -> str | None:
    try:
        content = json.loads(path.read_text('utf-8'))
    except (ValueError, RecursionError):
        return None
    owner = content.get('clip') if isinstance(content, dict) else None
    return owner if isinstance(owner, str) else None
