"""Images that two data sets have in common, by path or by content."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mmfer.datasets.wrapped import each_sample_once

HEAD = 4096
"""Bytes of a file that are compared before the whole file."""


def image_paths(dataset: Any) -> dict[str, str]:
    """The path of each sample of a data set, by a name that is the same for the same face.

    Several faces of one image differ by their box.
    """
    samples = each_sample_once(dataset)
    paths = {}
    for i in range(len(samples)):
        info = samples.get_data_info(i)
        path, box = str(info.get('img_path')), info.get('face_box')
        paths[path if box is None else f'{path}, {box}'] = path
    return paths


def shared_images(first: Any, second: Any, most: int = 100_000) -> list[str]:
    """The images of the second data set that are in the first.

    Files at different paths are the same if their contents are. Only files of the same size are
    read, first their beginnings.

    Args:
        first, second: Data sets.
        most: Contents are compared only if both data sets together have at most this many images.

    Returns:
        The sorted paths in the second data set.
    """
    ours, theirs = image_paths(first), image_paths(second)
    twice = {theirs[name] for name in theirs.keys() & ours.keys()}
    if len(ours) + len(theirs) <= most:
        rest = set(theirs.values()) - twice
        twice |= _same_content(set(ours.values()) - rest, rest)
    return sorted(twice)


def _same_content(first: Iterable[str], second: Iterable[str]) -> set[str]:
    groups: list[tuple[set[str], set[str]]] = [(set(first), set(second))]
    for key in (_size, _head, _whole):
        groups = [part for group in groups for part in _divided(group, key)]
    return {path for _, theirs in groups for path in theirs}


def _divided(group: tuple[set[str], set[str]], key: Any) -> Iterator[tuple[set[str], set[str]]]:
    """Groups with equal keys and members on both sides."""
    parts: dict[Any, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for side, paths in enumerate(group):
        for path in paths:
            value = key(Path(path))
            if value is not None:
                parts[value][side].add(path)
    return (part for part in parts.values() if all(part))


def _size(path: Path) -> int | None:
    """The size of a file; None for an image in a packed file and for an empty file."""
    try:
        return path.stat().st_size or None if path.is_file() else None
    except OSError:
        return None


def _head(path: Path) -> bytes:
    with path.open('rb') as file:
        return file.read(HEAD)


def _whole(path: Path) -> str:
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()
