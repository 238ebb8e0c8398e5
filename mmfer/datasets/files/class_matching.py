"""Matching of class names on disk, and detection of duplicate images."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

Sample = dict[str, Any]


def normal_form(name: str) -> str:
    """A class name in lower case, with ``_`` for spaces and hyphens.

    Characters with accents are composed, because archives from macOS have them in two parts.
    """
    composed = unicodedata.normalize('NFC', unicodedata.normalize('NFC', name).casefold())
    return composed.strip().replace(' ', '_').replace('-', '_')


def check_class_names(classes: Sequence[str], who: str) -> None:
    """Check that classes are a list of different names.

    Raises:
        ValueError: If ``classes`` is a string or empty, or two names differ only in case, spaces or
            hyphens.
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
                f'{who}: the classes "{first[form]}" and "{name}" are the same name, because case, '
                'spaces and hyphens do not matter. Give each class its own name.'
            )
        first[form] = name


def class_index(name: str, classes: Sequence[str], where: str) -> int:
    """The index of a class name; case, spaces and hyphens do not matter.

    Raises:
        ValueError: If the class does not exist; the message suggests similar names.
    """
    forms = [normal_form(known) for known in classes]
    form = normal_form(name)
    if form in forms:
        return forms.index(form)
    near = [classes[forms.index(match)] for match in get_close_matches(form, forms, 3)]
    meant = f' Did you mean {" or ".join(near)}?' if near else ''
    raise ValueError(
        f'{where}: "{name}" is not a class of this data set.{meant} The classes are: '
        f'{", ".join(classes)}. Rename or remove "{name}", or give the matching classes or '
        'label_tree.'
    )


def check_unique_files(samples: Iterable[tuple[str, str]]) -> list[str]:
    """Find duplicate images.

    Args:
        samples: Path and origin (file and row) of each sample.

    Returns:
        One description for each group of files in one folder that differ only in suffix or case,
        such as ``a.jpg`` and ``a.png``, and so may be the same image.

    Raises:
        ValueError: If a file occurs twice, also by two paths or a link.
    """
    origin: dict[str, tuple[str, str]] = {}
    stems: dict[str, list[str]] = defaultdict(list)
    folders: dict[str, str] = {}
    for path, where in samples:
        file = _real_file(path, folders)
        if file in origin:
            first, other = origin[file]
            names = f'"{path}" is' if path == first else f'"{first}" and "{path}" are'
            places = f': {other} and {where}' if other != where else f', both in {where}'
            raise ValueError(f'The image {names} listed twice{places}. Keep one of the entries.')
        origin[file] = path, where
        stems[os.path.splitext(path)[0].casefold()].append(path)
    return [' and '.join(sorted(paths)) for paths in stems.values() if len(paths) > 1]


def without_repeats(samples: Sequence[Sample]) -> tuple[list[Sample], list[str]]:
    """Remove samples that repeat an earlier sample of the same file in everything but the place.

    Args:
        samples: The samples, with ``img_path`` and ``where``.

    Returns:
        The first sample of each group and all samples without an equal one, and a description of
        each removed sample.
    """
    folders: dict[str, str] = {}
    first: dict[str, Sample] = {}
    kept, repeats = [], []
    for sample in samples:
        file = _real_file(sample['img_path'], folders)
        earlier = first.setdefault(file, sample)
        if earlier is not sample and _equal(earlier, sample):
            repeats.append(f'{sample["img_path"]} ({earlier["where"]} and {sample["where"]})')
        else:
            kept.append(sample)
    return kept, repeats


def _equal(one: Sample, other: Sample) -> bool:
    places = {'img_path', 'where'}
    return {k: v for k, v in one.items() if k not in places} == {
        k: v for k, v in other.items() if k not in places
    }


def _real_file(path: str, folders: dict[str, str]) -> str:
    """The real path of a file, without links and ``..``; ``folders`` caches paths of folders."""
    folder, name = os.path.split(path)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    file = os.path.join(folders[folder], name)
    return os.path.realpath(file) if os.path.islink(file) else file
