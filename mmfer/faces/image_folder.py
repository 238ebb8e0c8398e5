"""Which files in a folder are images, and what is left out, for all readers and tools."""

import os
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from mmfer.faces.annotated_copies import JOURNAL, RESULTS, annotated_copies
from mmfer.faces.image import IMAGE_SUFFIXES
from mmfer.faces.image_decoder import HEIF_SUFFIXES
from mmfer.faces.log import log_line

SYSTEM_FILES = ('__macosx', '@eadir', '$recycle.bin', 'lost+found', 'thumbs.db', 'desktop.ini')
"""Files and folders that operating systems leave behind, in small letters."""
DOCUMENT_SUFFIXES = (
    *('.csv', '.html', '.json', '.log', '.md', '.pdf', '.txt', '.xlsx', '.xml', '.yaml', '.yml'),
)
HIDDEN, SYSTEM, DOCUMENT, DEAD_LINK, LOOP, SPECIAL, COPY, AGAIN = (
    'hidden',
    'of the operating system',
    'documents',
    'links to nothing',
    'links to a folder above',
    'no regular files',
    'annotated copies of earlier predictions',
    'listed before by another path',
)
HARMLESS = {HIDDEN, SYSTEM, DOCUMENT, COPY}
INFO, WARNING = 20, 30


class LeftOut:
    """The files and folders that are no samples, by kind.

    Attributes:
        paths: The paths of each kind; a folder stands for all that is in it.
    """

    def __init__(self) -> None:
        self.paths: dict[str, list[Path]] = defaultdict(list)

    def add(self, other: 'LeftOut') -> None:
        """Add the files that another search left out, each once."""
        for kind, paths in other.paths.items():
            self.paths[kind] = list(dict.fromkeys([*self.paths[kind], *paths]))

    def remove(self, paths: Collection[Path]) -> None:
        """Remove paths that are used after all."""
        kept = {k: [p for p in own if p not in paths] for k, own in self.paths.items()}
        self.paths.clear()
        self.paths.update({kind: own for kind, own in kept.items() if own})

    def __len__(self) -> int:
        return sum(map(len, self.paths.values()))

    def __str__(self) -> str:
        """Such as ``3 left out: 2 hidden (.a.jpg, ...), 1 documents (notes.txt)``."""
        kinds = [
            f'{len(paths)} {kind} ({paths[0].name}{", ..." if len(paths) > 1 else ""})'
            for kind, paths in sorted(self.paths.items(), key=lambda item: -len(item[1]))
        ]
        heic = any(_ending(suffix) in self.paths for suffix in HEIF_SUFFIXES)
        hint = '; to read HEIC, install pillow-heif (pip install pillow-heif)' if heic else ''
        return f'{len(self)} left out: {", ".join(kinds)}{hint}'

    def tell(self, folder: Path) -> None:
        """Say in the log how many of each kind there are, if any; a warning unless harmless."""
        if self.paths:
            level = INFO if set(self.paths) <= HARMLESS else WARNING
            log_line(f'Images in "{folder}": {self}.', level)


def list_images(folder: Path, deep: bool = True, left_out: LeftOut | None = None) -> list[Path]:
    """The image files in a folder, or anywhere below it, sorted.

    An image has one of :data:`mmfer.faces.IMAGE_SUFFIXES`, in small or capital letters. Hidden
    files and folders (``._a.jpg``, ``.ipynb_checkpoints``) and those of operating systems
    (``__MACOSX``) are left out, and so are the images that ``tools/predict.py`` wrote. Links are
    followed, but not to a folder above.

    Args:
        folder: The folder.
        deep: Whether to search the subfolders, too. If not, the log does not count them.
        left_out: The record to which files that are left out are added. None writes them to the
            log.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f'There is no folder "{folder}". Check the path.')
    noted = LeftOut() if left_out is None else left_out
    images = sorted(_walk(folder, (Path(os.path.realpath(folder)),), deep, noted))
    if left_out is None:
        noted.tell(folder)
    return images


def list_subfolders(folder: Path, left_out: LeftOut | None = None) -> list[Path]:
    """The folders in a folder, sorted, without hidden ones and those of operating systems.

    Args:
        folder: The folder.
        left_out: Takes those left out.
    """
    found = []
    for path in folder.iterdir():
        if path.is_dir():
            kind = _kind_of_name(path.name)
            if kind is None:
                found.append(path)
            elif left_out is not None:
                left_out.paths[kind].append(path)
    return sorted(found)


def _walk(folder: Path, above: tuple[Path, ...], deep: bool, left_out: LeftOut) -> Iterator[Path]:
    """The images in a folder; ``above`` are the real paths of it and the folders passed."""
    with os.scandir(folder) as scanned:
        entries = sorted(scanned, key=lambda entry: entry.name)
        written = any(entry.name in (RESULTS, JOURNAL) for entry in entries)
        copies = annotated_copies(folder) if written else set()
        for entry in entries:
            path = Path(entry.path)
            kind = _kind_of_name(entry.name)
            if entry.is_dir():
                if not deep:
                    continue
                real = Path(os.path.realpath(path)) if entry.is_symlink() else above[-1] / path.name
                if kind is None and any(passed.is_relative_to(real) for passed in above):
                    kind = LOOP
                if kind is None:
                    yield from _walk(path, (*above, real), deep, left_out)
                    continue
            elif kind is None:
                kind = COPY if entry.name in copies else _kind_of_file(entry)
                if kind is None:
                    yield path
                    continue
            left_out.paths[kind].append(path)


def _kind_of_name(name: str) -> str | None:
    if name.lower() in SYSTEM_FILES:
        return SYSTEM
    return HIDDEN if name.startswith('.') else None


def _kind_of_file(entry: os.DirEntry[str]) -> str | None:
    """Why a file is left out, or None for an image."""
    if entry.is_symlink() and not os.path.exists(entry.path):
        return DEAD_LINK
    suffix = Path(entry.name).suffix.lower()
    if suffix in DOCUMENT_SUFFIXES:
        return DOCUMENT
    if suffix not in IMAGE_SUFFIXES:
        return _ending(suffix) if suffix else 'without a suffix'
    return None if entry.is_file() else SPECIAL


def _ending(suffix: str) -> str:
    return f'ending in {suffix}'
