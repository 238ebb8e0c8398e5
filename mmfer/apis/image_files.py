"""Which pictures a command's inputs name, and how their outputs are named."""

import glob
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmfer.faces.image import IMAGE_SUFFIXES


def find_images(inputs: Iterable[str | Path]) -> tuple[list[Path], list[Path]]:
    """The pictures that paths, folders and globs name, each once, and the files left out.

    A folder gives the files with a picture's suffix in it and below it, sorted; its other files
    are left out. A path, or a file that a glob matches, is taken whatever its suffix.

    Raises:
        FileNotFoundError: If an input names nothing, or a folder without a picture.
    """
    images: dict[Path, None] = {}
    left_out: dict[Path, None] = {}
    for given in inputs:
        roots = [Path(given)]
        if not roots[0].exists():
            roots = [Path(match) for match in sorted(glob.glob(str(given), recursive=True))]
        if not roots:
            raise FileNotFoundError(
                f'No picture at "{given}". Give the path of a picture or of a folder, or a glob '
                'such as "photos/*.jpg" that matches some.'
            )
        for root in roots:
            if root.is_dir():
                files = sorted(path for path in root.rglob('*') if path.is_file())
                pictures = [path for path in files if path.suffix.lower() in IMAGE_SUFFIXES]
                if not pictures and len(roots) == 1:
                    raise FileNotFoundError(
                        f'The folder "{root}" holds no picture ({len(files)} other files). '
                        f'Pictures end in {", ".join(IMAGE_SUFFIXES)}.'
                    )
                images.update(dict.fromkeys(pictures))
                left_out.update((path, None) for path in files if path not in images)
            else:
                images[root] = None
    if not images:
        raise FileNotFoundError(
            'The inputs match folders without a picture only. Pictures end in '
            f'{", ".join(IMAGE_SUFFIXES)}.'
        )
    return list(images), [path for path in left_out if path not in images]


def output_names(paths: Sequence[Path], suffix: str) -> list[str]:
    """A file name for each path, no two alike even where upper and lower case are the same.

    It is the stem with the new suffix; where that is shared, the whole name, then with as many
    parent folders before it as needed: ``a/x.tif`` and ``b/x.tif`` give ``a_x.tif.jpg`` and
    ``b_x.tif.jpg``. The suffix is not written twice.
    """
    parts = [path.absolute().parts for path in paths]
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
