"""Matching the class names on disk with those of a data set, and finding images twice."""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path


def normal_form(name: str) -> str:
    """A class name without case, and with ``_`` for blanks and hyphens."""
    return name.strip().casefold().replace(' ', '_').replace('-', '_')


def check_class_names(classes: Sequence[str], who: str) -> None:
    """Check that classes are given as several names, each once.

    Raises:
        ValueError: If they are one text, none, or two of them differ in case, blanks or hyphens
            alone.
    """
    if isinstance(classes, str) or not classes:
        raise ValueError(
            f"{who}(classes={classes!r}): give a list of names, such as classes=['calm', 'crying']."
        )
    first: dict[str, str] = {}
    for name in classes:
        form = normal_form(str(name))
        if form in first:
            raise ValueError(
                f'{who}: the classes "{first[form]}" and "{name}" are the same name. Case, blanks '
                'and hyphens do not matter; give each class a name of its own.'
            )
        first[form] = name


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
        ValueError: If one file is given twice, also by two paths or a link.
    """
    origin: dict[str, tuple[str, str]] = {}
    stems: dict[str, list[str]] = defaultdict(list)
    folders: dict[str, str] = {}
    for path, where in samples:
        file = _real_file(path, folders)
        if file in origin:
            first, other = origin[file]
            names = f'"{path}" is' if path == first else f'"{first}" and "{path}" are'
            raise ValueError(
                f'The image {names} given twice: {other} and {where}. Keep one of them.'
            )
        origin[file] = path, where
        stems[str(Path(path).with_suffix('')).casefold()].append(path)
    return [' and '.join(sorted(paths)) for paths in stems.values() if len(paths) > 1]


def _real_file(path: str, folders: dict[str, str]) -> str:
    """The file itself, whatever links and ``..`` lead to it; ``folders`` keeps those known."""
    folder, name = os.path.split(path)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    file = os.path.join(folders[folder], name)
    return os.path.realpath(file) if os.path.islink(file) else file
