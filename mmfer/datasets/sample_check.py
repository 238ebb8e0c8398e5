"""Checks that a sample of a reader has what transforms and models rely on."""

from collections.abc import Mapping
from typing import Any

import numpy as np

SHAPES = {
    'landmarks': (68, 2),
    'landmark_scores': (68,),
    'landmarks5': (5, 2),
    'face_box': (4,),
}
"""The shapes of the fields of a sample that are arrays."""


def check_sample(sample: Mapping[str, Any], number: int, reader: str) -> None:
    """Check the path of the image, the class, and the shapes of the arrays.

    Args:
        sample: A sample, as a reader reads it.
        number: Its number, for the message if the sample names no file and row.
        reader: The name of the reader.

    Raises:
        ValueError: If the sample has no ``img_path``, a class that is no index, an array of
            another shape than in :data:`SHAPES`, or a box without width or height.
    """
    where = sample.get('where', sample.get('img_path', f'sample {number}'))
    if 'img_path' not in sample:
        raise ValueError(f'{reader}, {where}: The reader must give each sample an img_path.')
    label = sample.get('gt_label')
    if label is not None and not isinstance(label, int | np.integer):
        raise ValueError(
            f'{reader}, {where}: gt_label is {label!r}; the reader must give the index of a class.'
        )
    for field, shape in SHAPES.items():
        value = sample.get(field)
        if value is not None and np.shape(value) != shape:
            raise ValueError(
                f'{reader}, {where}: {field} has the shape {np.shape(value)}; the reader must give '
                f'{shape}.'
            )
    box = sample.get('face_box')
    if box is not None and not (box[0] < box[2] and box[1] < box[3]):
        raise ValueError(
            f'{reader}, {where}: face_box is {np.asarray(box).tolist()}; it must be x1, y1, x2, y2 '
            'with x1 < x2 and y1 < y2.'
        )
