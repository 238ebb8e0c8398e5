"""Shards: tar files with many images, in the layout of the library webdataset.

The files of a sample follow each other and have the same name up to the first dot: ``0001.jpg`` is
the image, ``0001.cls`` holds the label, or ``0001.json`` the label and more. An index next to the
shard, ``<shard>.index.json``, says where the images lie, because a tar file has none.
"""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import msgspec
import numpy as np
from mmengine.logging import print_log

from mmfer.faces.image import IMAGE_SUFFIXES
from mmfer.faces.image_decoder import LoadedImage, decode_image
from mmfer.files import write_atomically
from mmfer.reading import check_regular, parse_json

LABELS = ('.cls', '.json')
MOST_BYTES = 1 << 26
"""The maximum size of an image."""
MOST_FACTS = 1 << 20
"""The maximum size of a label or JSON file in bytes."""
REMEDY = 'Write the shard again.'
FORMAT = 2
END = bytes(512)
"""The block after the last file of a tar file."""


class ShardSample(msgspec.Struct, array_like=True, frozen=True):
    """A sample in a shard.

    Args:
        key: The name of its files up to the first dot.
        suffix: The suffix of the image.
        offset: Where the image begins in the shard, in bytes.
        size: The size of the image in bytes.
        facts: The values of the JSON file, and the text of the .cls file as ``'.cls'``.
    """

    key: str
    suffix: str
    offset: Annotated[int, msgspec.Meta(ge=0)]
    size: Annotated[int, msgspec.Meta(ge=0, le=MOST_BYTES)]
    facts: dict[str, Any]


class _Index(msgspec.Struct):
    format: int
    bytes: int
    changed: int
    samples: list[ShardSample]

    def fits(self, size: int, changed: int) -> bool:
        """Whether this is the index of a shard of this size and time, and can be one at all."""
        return (self.format, self.bytes, self.changed) == (FORMAT, size, changed) and all(
            one.offset + one.size <= size and _is_labelled(one.facts) for one in self.samples
        )


@dataclass(frozen=True)
class ShardImage:
    """An image in a shard.

    Args:
        path: The shard.
        offset: Where the image begins, in bytes.
        size: Its size in bytes.
    """

    path: str
    offset: int
    size: int

    def content(self) -> bytes:
        """The file of the image; fewer bytes if the shard is truncated."""
        with open(self.path, 'rb') as file:
            file.seek(self.offset)
            return file.read(self.size)

    def load(self) -> np.ndarray:
        """Read the image, (H, W, 3) uint8 BGR.

        Raises:
            FileNotFoundError: If the shard does not exist.
            ValueError: If the shard is truncated or the image is damaged.
        """
        return self.decode().pixels[..., ::-1].copy()

    def decode(self, min_side: int | None = None, face_side: float | None = None) -> LoadedImage:
        """Read the image, RGB, shrunk as :func:`mmfer.faces.image.load_image` does.

        Raises:
            FileNotFoundError: If the shard does not exist.
            ValueError: If the shard is truncated or the image is damaged.
        """
        where = f'{self.path}, byte {self.offset}: the image'
        encoded = self.content()
        if len(encoded) < self.size:
            raise ValueError(f'{where} is incomplete. {REMEDY}')
        return decode_image(io.BytesIO(encoded), where, min_side, face_side)


def read_shard(path: Path) -> list[ShardSample]:
    """The samples of a shard, by its index; an index that is missing or old is written.

    Raises:
        FileNotFoundError: If the shard does not exist.
        ValueError: If it is no tar file, is truncated, or a sample has no image or no label.
    """
    check_regular(path)
    state = path.stat()
    index = path.with_name(f'{path.name}.index.json')
    known = _read_index(index)
    if known and known.fits(state.st_size, state.st_mtime_ns):
        return known.samples
    samples = list(_samples(path))
    content = msgspec.json.encode(_Index(FORMAT, state.st_size, state.st_mtime_ns, samples))
    try:
        write_atomically(index, content)
    except OSError as error:  # a folder that cannot be written
        print_log(f'The index of {path} is not saved: {error}', logger='current')
    return samples


def _read_index(path: Path) -> _Index | None:
    """The index in a file; None if there is none, or it is damaged."""
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Index)
    except (msgspec.MsgspecError, OSError, RecursionError):
        return None


def _samples(path: Path) -> Iterator[ShardSample]:
    seen: set[str] = set()
    key, files = '', dict[str, tarfile.TarInfo]()
    with path.open('rb') as file:
        for member in _members(path):
            folder, _, name = member.name.rpartition('/')
            stem, _, ending = name.partition('.')
            own = str(PurePosixPath(folder, stem))
            if own != key:
                if files:
                    yield _sample(path, file, key, files)
                if own in seen:
                    raise ValueError(
                        f'{path}: the files of the sample "{own}" do not follow each other. '
                        f'{REMEDY}'
                    )
                seen.add(own)
                key, files = own, {}
            suffix = f'.{ending.lower()}'
            if suffix in files:
                raise ValueError(f'{path}: "{member.name}" is there twice. {REMEDY}')
            files[suffix] = member
        if files:
            yield _sample(path, file, key, files)


def _members(path: Path) -> Iterator[tarfile.TarInfo]:
    """The files of a tar file, without links, folders and hidden files."""
    try:
        with tarfile.open(path, 'r:') as archive:
            while (member := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # it keeps all headers otherwise
                hidden = member.name.rpartition('/')[2].startswith('.')
                if member.isreg() and not member.issparse() and not hidden:
                    yield member
            _check_end(path, archive.offset)
    except (tarfile.TarError, EOFError, OverflowError) as error:
        raise ValueError(
            f'"{path}" is no tar file without compression, or is damaged ({error}). Unpack a '
            'compressed one, such as with gunzip, or copy the file again.'
        ) from error


def _check_end(path: Path, end: int) -> None:
    """Raise ValueError unless zeros alone follow the last file that was found.

    The reader of tar files takes a damaged head, and the end of a truncated file, for the end.
    """
    with path.open('rb') as file:
        file.seek(end)
        if file.read(len(END)) != END:
            raise ValueError(
                f'"{path}" is damaged or truncated at byte {end}: the mark of its end is missing. '
                'Copy the file again, or write it again.'
            )
        while rest := file.read(1 << 20):
            if any(rest):
                raise ValueError(
                    f'"{path}" has more after the mark of its end, at byte {end}, as if several '
                    'tar files were joined. Keep each in a file of its own.'
                )


def _sample(path: Path, file: Any, key: str, files: dict[str, tarfile.TarInfo]) -> ShardSample:
    where = f'{path}, sample "{key}"'
    images = [suffix for suffix in files if suffix in IMAGE_SUFFIXES]
    labels = [suffix for suffix in LABELS if suffix in files]
    if len(images) != 1 or not labels:
        raise ValueError(
            f'{where}: it must have one image and a .cls or .json file with its label, and has '
            f'{", ".join(sorted(files))}. {REMEDY}'
        )
    image = files[images[0]]
    if image.size > MOST_BYTES:
        raise ValueError(f'{where}: the image has more than {MOST_BYTES} bytes. {REMEDY}')
    facts: dict[str, Any] = {}
    for suffix in labels:
        if files[suffix].size > MOST_FACTS:
            raise ValueError(f'{where}: {suffix} has more than {MOST_FACTS} bytes. {REMEDY}')
        file.seek(files[suffix].offset_data)
        try:
            text = file.read(files[suffix].size).decode()
        except UnicodeDecodeError as error:
            raise ValueError(f'{where}: {suffix} is not UTF-8. {REMEDY}') from error
        if suffix == '.cls':
            facts[suffix] = text.strip()
            continue
        found = parse_json(text, f'.json of {where}', REMEDY)
        if not isinstance(found, dict):
            raise ValueError(f'{where}: the JSON file must be an object, {{"label": ...}}.')
        facts = {name: value for name, value in found.items() if name != '.cls'} | facts
    if not _is_labelled(facts):
        raise ValueError(f'{where}: the JSON file has no "label". {REMEDY}')
    return ShardSample(key, images[0], image.offset_data, image.size, facts)


def _is_labelled(facts: dict[str, Any]) -> bool:
    return bool(facts.keys() & {'.cls', 'label'}) and isinstance(facts.get('.cls', ''), str)
