"""The folders of clips on disk."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from mmfer.datasets.readers.clip_release.coding import CodedClip, subject_name
from mmfer.faces.clips.clip import FolderClip, image_files
from mmfer.labels.clip_release import ClipRelease

IMAGES = ('raw', 'cropped')
"""Kinds of frames of a release."""


def clip_folder(root: str | Path, folders: Sequence[str]) -> Path:
    """The first folder that exists; the first of all, which is missing, if none does.

    Upper and lower case may differ, and ``*`` stands for any characters.
    """
    found = (_existing(Path(root), folder) for folder in folders)
    return next((place for place in found if place is not None), Path(root) / folders[0])


def of_images(root: Path, release: ClipRelease, images: str | None = None) -> ClipRelease:
    """The release with the folders of one kind of frames, for the whole data set.

    Args:
        root: The folder of the data set.
        release: The release.
        images: One of :data:`IMAGES`; None for the raw frames, or the cropped ones if there is no
            folder of raw frames.

    Raises:
        ValueError: If the release has no cropped frames.
    """
    if images == 'cropped' and not release.cropped:
        raise ValueError(f"images='cropped': {release.name} has no such frames. Remove images.")
    if images is None and release.cropped:
        raw, cropped = (
            any(_existing(root, _any_clip(pattern, release)) for pattern in patterns)
            for patterns in (release.folders, release.cropped)
        )
        images = 'cropped' if cropped and not raw else 'raw'
    if images != 'cropped':
        return replace(release, cropped=())
    return replace(
        release, folders=release.cropped, frame=release.cropped_frame, cropped=(), cropped_frame=''
    )


def _any_clip(pattern: str, release: ClipRelease) -> str:
    subject = f'{release.subject.partition("{")[0]}*'
    return re.sub(r'\{\w+\}', '*', pattern.replace('{subject}', subject))


def _existing(root: Path, folder: str) -> Path | None:
    place = root
    for part in Path(folder).parts:
        exact = place / part
        if not exact.is_dir():
            if not place.is_dir():
                return None
            alike = sorted(
                p for p in place.iterdir() if p.is_dir() and fnmatch(p.name.lower(), part.lower())
            )
            if not alike:
                return None
            exact = alike[0]
        place = exact
    return place


def frames_of(folder: Path, span: tuple[int, int] | None = None) -> dict[int, Path]:
    """The files of the frames in a folder by number; empty if there is no folder with images.

    Args:
        folder: The folder, which may be missing.
        span: The numbers of the first and the last frame; None for all frames.

    Raises:
        ValueError: If two files have the same number, or an image has no number.
    """
    if not folder.is_dir() or not image_files(folder):
        return {}
    found = FolderClip(folder, span)
    return dict(zip(found.numbers, found.paths, strict=True))


def clips_in_folders(root: Path, release: ClipRelease) -> list[CodedClip]:
    """The clips of a release without a coding file, from the names of their folders.

    All frames belong to the expression, and there is no apex.

    Raises:
        ValueError: If two folders are the same clip, or a frame has no number.
    """
    clips: dict[str, CodedClip] = {}
    for folder, fields in _scanned(root, release):
        subject = subject_name(fields['subject'], release)
        frames = frames_of(folder)
        if subject is None or not frames:
            continue
        name = f'{subject}/{fields["clip"]}'
        place = folder.relative_to(root).as_posix()
        if name in clips:
            raise ValueError(
                f'"{folder}" and "{root / clips[name].folders[0]}" are both the clip {name}. Keep '
                'one of them.'
            )
        emotion = fields['emotion'].lower()
        clips[name] = CodedClip(
            name, subject, min(frames), None, max(frames), '', emotion, place, (place,)
        )
    return [clips[name] for name in sorted(clips)]


def _scanned(root: Path, release: ClipRelease) -> Iterator[tuple[Path, dict[str, str]]]:
    """The folders that fit the first pattern with any, and the fields in their names."""
    for pattern in release.folders:
        named = re.sub(r'\\\{(\w+)\\\}', r'(?P<\1>[^/]+)', re.escape(pattern))
        folders = sorted(p for p in root.glob(re.sub(r'\{\w+\}', '*', pattern)) if p.is_dir())
        for folder in folders:
            match = re.fullmatch(named, folder.relative_to(root).as_posix())
            if match is not None:
                yield folder, match.groupdict()
        if folders:
            return
