"""Input images of a command, and the names of its output files."""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmfer.faces.annotated_copies import annotated_copies
from mmfer.faces.image import IMAGE_SUFFIXES
from mmfer.faces.image_folder import AGAIN, COPY, LeftOut, list_images
from mmfer.files import writable_text


def find_images(inputs: Iterable[str | Path]) -> tuple[list[Path], LeftOut]:
    """Find the images that match paths, folders and globs, and list the files that are left out.

    A folder gives the images of :func:`mmfer.faces.image_folder.list_images`. A path, or a file
    that a glob matches, may have any suffix, but a glob does not match the images that
    ``tools/predict.py`` wrote. Each image is listed once, also if it has several paths.

    Raises:
        FileNotFoundError: If an input matches no file, or a folder holds no image.
        ValueError: If an input is an empty string.
    """
    images: dict[str, Path] = {}
    left_out = LeftOut()
    for given in inputs:
        if not str(given).strip():
            raise ValueError('An input is empty. Give a path; "." is the current folder.')
        roots = [Path(given)]
        matched = not roots[0].exists()
        if matched:
            roots = [Path(match) for match in sorted(glob.glob(str(given), recursive=True))]
        if not roots:
            raise FileNotFoundError(
                f'No image at "{given}". Give the path of an image or of a folder, or a glob that '
                'matches images, such as "photos/*.jpg".'
            )
        copies = {parent: annotated_copies(parent) for parent in {root.parent for root in roots}}
        for root in roots:
            if matched and root.name in copies[root.parent]:
                left_out.paths[COPY].append(root)
                continue
            if not root.is_dir():
                _add(images, root, left_out)
                continue
            others = LeftOut()
            found = list_images(root, True, others)
            if not found and len(roots) == 1:
                reason = f' ({others})' if others else ''
                raise FileNotFoundError(
                    f'The folder "{root}" holds no image{reason}. Images end in '
                    f'{", ".join(IMAGE_SUFFIXES)}.'
                )
            for path in found:
                _add(images, path, left_out)
            left_out.add(others)
    if not images:
        reason = f' ({left_out})' if left_out else ''
        raise FileNotFoundError(
            f'The inputs match only folders without images{reason}. Images end in '
            f'{", ".join(IMAGE_SUFFIXES)}.'
        )
    left_out.remove(set(images.values()))
    return list(images.values()), left_out


def _add(images: dict[str, Path], path: Path, left_out: LeftOut) -> None:
    """Add an image by its real path, if it is not there yet."""
    first = images.setdefault(os.path.realpath(path), path)
    if first != path:
        left_out.paths[AGAIN].append(path)


def output_names(paths: Sequence[Path], suffix: str) -> list[str]:
    """A file name for each path; the names differ even if case is ignored.

    The name is the stem with the new suffix. If paths share the stem, the name is the whole file
    name, with as many parent folders as needed: ``a/x.tif`` and ``b/x.tif`` give ``a_x.tif.jpg``
    and ``b_x.tif.jpg``. The suffix is not repeated.
    """
    parts = [Path(writable_text(os.path.abspath(path))).parts for path in paths]  # without ..
    names = [writable_text(path.stem) for path in paths]
    depth = 0
    while depth < max(map(len, parts), default=0):
        counts = Counter(name.lower() for name in names)
        if len(counts) == len(names):
            break
        depth += 1
        names = [
            '_'.join(part[-depth:]).lstrip('/') if counts[name.lower()] > 1 else name
            for name, part in zip(names, parts, strict=True)
        ]
    taken: set[str] = set()
    for i, name in enumerate(names):
        stem = name[: -len(suffix)] if name.lower().endswith(suffix) else name
        unique, number = stem, 2
        while unique.lower() in taken:
            unique, number = f'{stem}_{number}', number + 1
        taken.add(unique.lower())
        names[i] = unique + suffix
    return names
