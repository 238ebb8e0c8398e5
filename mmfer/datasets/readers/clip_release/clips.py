"""The clips of a data set, from its coding file or from its folders."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from mmfer.datasets.files.class_matching import class_index
from mmfer.datasets.official_counts import compare_counts
from mmfer.datasets.readers.clip_release.coding import (
    CodedClip,
    Oddities,
    coded_cells,
    coding_file,
    read_coding,
)
from mmfer.datasets.readers.clip_release.corrections import corrected
from mmfer.datasets.readers.clip_release.folders import clips_in_folders
from mmfer.datasets.readers.clip_release.oddities import no_clips
from mmfer.labels.clip_release import ClipRelease

Missing = Callable[[str], Exception]
"""Makes the error about a file or folder that is missing."""


def known_coding_file(root: Path, release: ClipRelease, missing: Missing) -> Path:
    """The coding file of a data set.

    Raises:
        FileNotFoundError: If there is none.
    """
    path = coding_file(root, release)
    if path is None:
        raise missing(release.coding[0])
    return path


def clips_of(
    root: Path, release: ClipRelease, missing: Missing, errata: bool = False
) -> tuple[list[CodedClip], Oddities, Path]:
    """All clips of a data set, with known emotions.

    Args:
        root: The folder of the data set.
        release: The release of the data set.
        missing: Makes the error about a missing file or folder.
        errata: Whether known errors in the coding file are corrected, see :func:`corrected`.

    Returns:
        The clips, the names of odd clips by kind, and the coding file; without a coding file, the
        folder. Counts that differ from the official release give a warning.

    Raises:
        FileNotFoundError: If there is no coding file, or no folder of a clip.
        ValueError: If an emotion is unknown, no row can be used, no errata are known, or as in
            :func:`read_coding`.
    """
    odd = Oddities(list)
    if release.coding:
        path = known_coding_file(root, release, missing)
        if errata:
            rows, done = corrected(coded_cells(path, release), release)
            clips, odd = read_coding(path, release, rows)
            odd |= done
        else:
            clips, odd = read_coding(path, release)
        if not clips:
            raise no_clips(path, release, odd)
    else:
        path, clips = root, clips_in_folders(root, release)
        if errata:
            corrected([], release)
        if not clips:
            raise missing(release.folders[0])
        odd['apex_absent'] += [clip.name for clip in clips]
    for clip in clips:
        class_index(clip.emotion, tuple(release.emotions), clip.where)
    found = Counter(clip.emotion for clip in clips)
    compare_counts(release.name, root, 'labelled', found, release.emotions, 'clips')
    return clips, odd, path
