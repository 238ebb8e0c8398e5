"""Which pictures a command's inputs name, and how their outputs are named."""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmfer.faces.image import IMAGE_SUFFIXES
from mmfer.faces.image_folder import LeftOut, list_images


def find_images(inputs: Iterable[str | Path]) -> tuple[list[Path], LeftOut]:
    """The images that paths, folders and globs name, each once, and what is left out.

    A folder gives the images of :func:`mmfer.faces.image_folder.list_images`. A path, or a file
    that a glob matches, is taken whatever its suffix.

    Raises:
        FileNotFoundError: If an input names nothing, or a folder without an image.
        ValueError: If an input is an empty text.
    """
    images: dict[Path, None] = {}
    left_out = LeftOut()
    for given in inputs:
        if not str(given).strip():
            raise ValueError('An input is an empty text. Give a path; "." is the current folder.')
        roots = [Path(given)]
        if not roots[0].exists():
            roots = [Path(match) for match in sorted(glob.glob(str(given), recursive=True))]
        if not roots:
            raise FileNotFoundError(
                f'No picture at "{given}". Give the path of a picture or of a folder, or a glob '
                'such as "photos/*.jpg" that matches some.'
            )
        for root in roots:
            if not root.is_dir():
                images[root] = None
                continue
            others = LeftOut()
            found = list_images(root, True, others)
            if not found and len(roots) == 1:
                raise FileNotFoundError(
                    f'The folder "{root}" holds no picture ({others}). Pictures end in '
                    f'{", ".join(IMAGE_SUFFIXES)}.'
                )
            images.update(dict.fromkeys(found))
            left_out.add(others)
    if not images:
        raise FileNotFoundError(
            'The inputs match folders without a picture only. Pictures end in '
            f'{", ".join(IMAGE_SUFFIXES)}.'
        )
    left_out.remove(images)
    return list(images), left_out


def output_names(paths: Sequence[Path], suffix: str) -> list[str]:
    """A file name for each path, no two alike even where upper and lower case are the same.

    It is the stem with the new suffix; where that is shared, the whole name, then with as many
    parent folders before it as needed: ``a/x.tif`` and ``b/x.tif`` give ``a_x.tif.jpg`` and
    ``b_x.tif.jpg``. The suffix is not written twice.
    """
    parts = [Path(os.path.abspath(path)).parts for path in paths]  # without ..
    names = [path.stem for path in paths]
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
