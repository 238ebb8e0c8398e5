"""Images that two data sets have in common, by path or by content."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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


def without_shared(
    samples: Sequence[dict[str, Any]], others: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The samples whose image is no image of the others, neither by path nor by content.

    Raises:
        ValueError: If an image is in a packed file, whose contents are not compared.
    """
    packed = next((s['img_path'] for s in samples if 'packed_image' in s), None)
    if packed is not None:
        raise ValueError(
            f'apart_from=... compares files, but "{packed}" is an image in a packed file. Unpack '
            'the images, or remove apart_from from the config of the data set.'
        )
    paths = {sample['img_path'] for sample in others}
    shared = paths | _same_content(paths, {sample['img_path'] for sample in samples})
    return [sample for sample in samples if sample['img_path'] not in shared]


def _same_content(first: Iterable[str], second: Iterable[str]) -> set[str]:
    """The paths of ``second`` whose file has the content of a file of ``first``."""
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
