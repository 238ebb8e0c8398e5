"""Matching the class names on disk with those of a data set, and finding images twice."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path


def normal_form(name: str) -> str:
    """A class name without case, and with ``_`` for blanks and hyphens."""
    return name.strip().casefold().replace(' ', '_').replace('-', '_')


def class_index(name: str, classes: Sequence[str], where: str) -> int:
    """The index of a class name; case, blanks and hyphens do not matter.

    Raises:
        ValueError: If it is no class; the message offers the nearest names.
    """
    forms = [normal_form(known) for known in classes]
    form = normal_form(name)
    if form in forms:
        return forms.index(form)
    near = [classes[forms.index(match)] for match in get_close_matches(form, forms, 3)]
    meant = f' Did you mean {" or ".join(near)}?' if near else ''
    raise ValueError(
        f'{where}: "{name}" is no class of this data set.{meant} The classes are: '
        f'{", ".join(classes)}. Rename it, remove it, or give the matching classes or label_tree.'
    )


def check_unique_files(samples: Iterable[tuple[str, str]]) -> list[str]:
    """Find images that are given twice.

    Args:
        samples: Path and origin (file and row) of each sample.

    Returns:
        One description for each group of files in one folder that differ in nothing but their
        suffix or case, such as ``a.jpg`` and ``a.png``, and so may be one image twice.

    Raises:
        ValueError: If one file is given twice.
    """
    origin: dict[str, str] = {}
    stems: dict[str, list[str]] = defaultdict(list)
    for path, where in samples:
        if path in origin:
            raise ValueError(
                f'The image "{path}" is given twice: {origin[path]} and {where}. Keep one of them.'
            )
        origin[path] = where
        stems[str(Path(path).with_suffix('')).casefold()].append(path)
    return [' and '.join(sorted(paths)) for paths in stems.values() if len(paths) > 1]
