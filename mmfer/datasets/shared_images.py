"""Images that two data sets have in common, by path or by content."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mmfer.datasets.files.images import PackedImage, StoredImage
from mmfer.datasets.wrapped import each_sample_once

HEAD = 4096
"""Bytes of an image that are compared before the whole image."""

Images = Mapping[str, PackedImage | None]
"""Images by their paths; None for one in a file of its own."""
COMPARED = StoredImage | None
"""Images whose bytes are compared."""


def shared_images(first: Any, second: Any, most: int = 100_000) -> list[str]:
    """The images of the second data set that are in the first.

    Images at different paths are the same if their bytes are, in files of their own, in shards or
    in the text of ``fer2013.csv``; those in record files have only their paths. Only images of the
    same size are read, first their beginnings. Several faces of one image differ by their box.

    Args:
        first, second: Data sets.
        most: Contents are compared only if both data sets together have at most this many images.

    Returns:
        The sorted paths in the second data set.
    """
    (ours, our_names), (theirs, names) = map(_named, (first, second))
    twice = {names[name] for name in names.keys() & our_names.keys()}
    if len(our_names) + len(names) <= most:
        rest = {path: image for path, image in theirs.items() if path not in twice}
        others = {path: image for path, image in ours.items() if path not in rest}
        twice |= _same_content(others, rest)
    return sorted(twice)


def without_shared(
    samples: Sequence[dict[str, Any]], others: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The samples whose image is no image of the others, neither by path nor by content.

    Raises:
        ValueError: If an image is in a record file, whose contents are not compared.
    """
    theirs, ours = _images(samples), _images(others)
    packed = next((p for p, image in theirs.items() if not isinstance(image, COMPARED)), None)
    if packed is not None:
        raise ValueError(
            f'apart_from=... cannot compare "{packed}", because it is an image in a record file. '
            'Unpack the images, or remove apart_from from the config of the data set.'
        )
    shared = ours.keys() | _same_content(ours, theirs)
    return [sample for sample in samples if sample['img_path'] not in shared]


def _images(samples: Iterable[Mapping[str, Any]]) -> Images:
    return {str(sample.get('img_path')): sample.get('packed_image') for sample in samples}


def _named(dataset: Any) -> tuple[Images, dict[str, str]]:
    """The images of a data set, and the path of each face by a name that only this face has."""
    samples = each_sample_once(dataset)
    images: dict[str, PackedImage | None] = {}
    names = {}
    for info in map(samples.get_data_info, range(len(samples))):
        path, box = str(info.get('img_path')), info.get('face_box')
        images[path] = info.get('packed_image')
        names[path if box is None else f'{path}, {box}'] = path
    return images, names


def _same_content(first: Images, second: Images) -> set[str]:
    """The paths of ``second`` whose image has the bytes of an image of ``first``."""
    images = {**first, **second}
    groups = [(set(first), set(second))]
    for key in (_size, _head, _whole):
        key_of = partial(_key, images, key)
        groups = [part for group in groups for part in _divided(group, key_of)]
    return {path for _, theirs in groups for path in theirs}


def _divided(
    group: tuple[set[str], set[str]], key_of: Callable[[str], Any]
) -> Iterator[tuple[set[str], set[str]]]:
    """Groups with equal keys and members on both sides."""
    parts: dict[Any, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for side, paths in enumerate(group):
        for path in paths:
            value = key_of(path)
            if value is not None:
                parts[value][side].add(path)
    return (part for part in parts.values() if all(part))


def _key(images: Images, key: Callable[[Path, StoredImage | None], Any], path: str) -> Any:
    """A key of an image; None if its bytes cannot be read."""
    image = images[path]
    if not isinstance(image, COMPARED):
        return None
    try:
        return key(Path(path), image)
    except OSError:
        return None


def _size(path: Path, stored: StoredImage | None) -> int | None:
    """The number of bytes; None for an empty file and for what is no file."""
    if stored is not None:
        return stored.size
    return path.stat().st_size or None if path.is_file() else None


def _head(path: Path, stored: StoredImage | None) -> bytes:
    if stored is not None:
        return stored.content()[:HEAD]
    with path.open('rb') as file:
        return file.read(HEAD)


def _whole(path: Path, stored: StoredImage | None) -> str:
    if stored is not None:
        return hashlib.sha256(stored.content()).hexdigest()
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()
