"""A random split that is saved in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.datasets.split import carve_validation, owners
from mmfer.files import write_json
from mmfer.reading import check_regular, read_json

PARTS = ('train', 'val', 'test')
SHARES = (0.6, 0.2, 0.2)


def draw_parts(
    labels: Sequence[int], seed: int, subjects: Sequence[str | None] | None = None
) -> list[str]:
    """Divide images into training, validation and test part, 6:2:2 of each class.

    Subjects are kept whole, and the shares are as equal as this allows. An image whose subject is
    unknown counts as a subject of its own.

    Args:
        labels: The N class indices.
        seed: Seed of the draw; the result does not depend on the machine.
        subjects: The N identities, None where one is unknown; or None.

    Returns:
        The part of each image.

    Raises:
        ValueError: If subjects are known, but there are fewer than three.
    """
    if subjects is not None and not any(subject is not None for subject in subjects):
        subjects = None
    people = len(PARTS) if subjects is None else len({*owners(subjects)})
    if people < len(PARTS):
        raise ValueError(
            f'The images show {people} subjects, too few for a training, a validation '
            'and a test part. Add images of other subjects, or remove the subjects to divide '
            'single images.'
        )
    parts = np.full(len(labels), PARTS[0], dtype=object)
    rest, left = list(range(len(labels))), 1.0
    for part, share in zip(PARTS[:0:-1], SHARES[:0:-1], strict=True):
        mask = carve_validation(
            [labels[i] for i in rest],
            share / left,
            seed,
            None if subjects is None else [subjects[i] for i in rest],
        )
        parts[np.asarray(rest)[mask]] = part
        rest = [i for i, taken in zip(rest, mask, strict=True) if not taken]
        left -= share
    return parts.tolist()


def read_or_draw(path: Path, samples: Sequence[dict[str, Any]], root: Path, seed: int) -> list[str]:
    """The part of each sample, from the split file; a missing file is drawn and written.

    The file is JSON: ``{"seed": 0, "train": [...], "val": [...], "test": [...]}``. Paths are
    relative to ``root``, or absolute for images elsewhere. All ranks of a distributed training
    write the same content.

    Args:
        path: The split file.
        samples: Samples with ``img_path``, ``gt_label`` and, if known, ``subject``.
        root: The folder of the data set.
        seed: Seed of the draw.

    Raises:
        OSError: If the file cannot be written.
        ValueError: If the file is not a split file, or has another seed or other images.
    """
    paths = [Path(s['img_path']) for s in samples]
    names = [(p.relative_to(root) if p.is_relative_to(root) else p).as_posix() for p in paths]
    check_regular(path)
    if not path.is_file():
        subjects = [s.get('subject') for s in samples]
        try:
            parts = draw_parts([s['gt_label'] for s in samples], seed, subjects)
        except ValueError as error:
            raise ValueError(f'"{root}" cannot be divided: {error}') from error
        _write(path, names, parts, seed)
        return parts
    again = 'Delete the file to draw a new split, or give another file as split_file=...'
    try:
        content = read_json(path)
        if not isinstance(content, dict):
            raise TypeError(f'{type(content).__name__} instead of an object')
        if not all(type(name) is str for part in PARTS for name in content[part]):
            raise TypeError('the name of an image is not a string')
        part_of = {name: part for part in PARTS for name in content[part]}
        drawn, count = content['seed'], sum(len(content[part]) for part in PARTS)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f'"{path}" is not a split file ({type(error).__name__}: {error}). {again}'
        ) from error
    if drawn != seed:
        raise ValueError(f'"{path}" was drawn with seed {drawn}, not {seed}. {again}')
    new, gone = sorted(set(names) - set(part_of)), sorted(set(part_of) - set(names))
    if new or gone or count != len(part_of):
        raise ValueError(
            f'"{path}" is the split of other images: {len(new)} images are not in it'
            f'{f", such as {new[0]}" if new else ""}; {len(gone)} of it are not on disk'
            f'{f", such as {gone[0]}" if gone else ""}; {count - len(part_of)} are in it twice. '
            f'{again}'
        )
    return [part_of[name] for name in names]


def _write(path: Path, names: Sequence[str], parts: Sequence[str], seed: int) -> None:
    content: dict[str, Any] = {'seed': seed}
    for part in PARTS:
        content[part] = [name for name, own in zip(names, parts, strict=True) if own == part]
    try:
        write_json(path, content)
    except OSError as error:
        raise OSError(
            f'The split cannot be written to "{path}": {error}. Give a writable file as '
            'split_file=...'
        ) from error
