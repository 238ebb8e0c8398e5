"""FERPlus as the script of its release writes it: image folders, each with a ``label.csv``."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.datasets.files.csv_files import csv_rows
from mmfer.datasets.readers.ferplus_votes import COLUMNS
from mmfer.faces.image_folder import LeftOut, list_images
from mmfer.reading import whole_number

LABELS = 'label.csv'
WHOLE = (0, 0, 48, 48)
WIDTH = 2 + len(COLUMNS)
_BOX = re.compile(r'\(?\s*{0}\s*,\s*{0}\s*,\s*{0}\s*,\s*{0}\s*\)?'.format('([0-9]{1,5})'))


@dataclass(frozen=True)
class LabelRow:
    """A row of ``label.csv``.

    Args:
        where: The file and the line, for messages.
        path: The image.
        box: The box of the face (left, top, right, bottom) in pixels; None for the whole image.
    """

    where: str
    path: Path
    box: np.ndarray | None


def read_label_csv(path: Path) -> tuple[list[LabelRow], np.ndarray]:
    """The rows and the votes (N, 10) of ``label.csv``, which has no header.

    In one version, which one of the release's scripts writes, no row has a box.

    Raises:
        ValueError: If a row does not have a name, a box and ten votes, a name occurs twice, or an
            image in the folder has no row. The base class reports rows without an image.
    """
    rows: list[LabelRow] = []
    votes: list[list[int]] = []
    lines: dict[str, int] = {}
    boxed = True
    for line, cells in csv_rows(path):
        where = f'{path}, line {line}'
        if not rows:
            boxed = len(cells) != WIDTH - 1 or _BOX.fullmatch(cells[1]) is not None
        if len(cells) != WIDTH - (not boxed):
            middle = ', a box such as "(0, 0, 48, 48)" in quotes,' if boxed else ''
            raise ValueError(
                f'{where}: {len(cells)} cells instead of {WIDTH - (not boxed)}. A row has the name '
                f'of an image{middle} and ten votes. Copy the file from its release again.'
            )
        name, counts = cells[0], cells[-len(COLUMNS) :]
        if name in lines:
            raise ValueError(
                f'{where}: "{name}" is already in line {lines[name]}. Remove one of the rows.'
            )
        lines[name] = line
        box = _box(where, cells[1]) if boxed else None
        rows.append(LabelRow(where, path.parent / name, box))
        votes.append(vote_counts(where, counts))
    _check_images(path, lines)
    return rows, np.array(votes, dtype=np.int64).reshape(-1, len(COLUMNS))


def vote_counts(where: str, cells: list[str]) -> list[int]:
    """Ten votes as numbers.

    Args:
        where: The file and the line, for the message.
        cells: The texts of the votes.

    Raises:
        ValueError: If a vote is not a whole number of 0 or more.
    """
    votes = [whole_number(cell) for cell in cells if len(cell) < 6]
    numbers = [vote for vote in votes if vote is not None]
    if len(numbers) < len(cells):
        raise ValueError(
            f'{where}: the votes {", ".join(cells)} are not ten whole numbers. Download the file '
            'again.'
        )
    return numbers


def _box(where: str, text: str) -> np.ndarray | None:
    match = _BOX.fullmatch(text)
    box = tuple(map(int, match.groups())) if match else (0, 0, 0, 0)
    if box[2] <= box[0] or box[3] <= box[1]:
        raise ValueError(
            f'{where}: "{text}" is not a box. Write left, top, right and bottom in pixels, such '
            'as "(0, 0, 48, 48)".'
        )
    return None if box == WHOLE else np.array(box, dtype=np.float32)


def _check_images(path: Path, lines: dict[str, int]) -> None:
    others = {file.name for file in path.parent.iterdir()} - lines.keys() - {path.name}
    if not others:  # as in the release, whose files need no closer look
        return
    left_out = LeftOut()
    images = list_images(path.parent, deep=False, left_out=left_out)
    left_out.remove([path])
    left_out.tell(path.parent)
    surplus = [image.name for image in images if image.name in others]
    if surplus:
        raise ValueError(
            f'{len(surplus)} images in "{path.parent}" have no row in {path.name}, such as '
            f'"{surplus[0]}". Add a row for each image, or remove the images.'
        )
