"""FER2013's own, noisy labels of the images in FERPlus."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.csv_files import check_columns, csv_table
from mmfer.datasets.readers.fer2013 import emotion_code
from mmfer.labels import FER2013_CLASSES, FERPLUS_CLASSES

OWN_LABELS = 'fer2013_labels.csv'
"""Columns ``image,emotion``: FER2013's label for the name of each image in the folders."""


def read_own_labels(path: Path) -> dict[str, str]:
    """The text of the label of each image.

    Raises:
        ValueError: If a column is missing, or an image occurs twice with different labels.
    """
    labels: dict[str, str] = {}
    head, rows = csv_table(path)
    check_columns(path, head, ('image', 'emotion'))
    for where, cells in rows:
        row = dict(zip(head, cells, strict=True))
        emotion_code(row['emotion'], where)
        if labels.setdefault(row['image'], row['emotion']) != row['emotion']:
            raise ValueError(
                f'{where}: "{row["image"]}" has the emotion {row["emotion"]}, but '
                f'{labels[row["image"]]} in an earlier row. Remove one of the rows.'
            )
    return labels


def with_own_labels(samples: Sequence[Sample], labels: Mapping[str, str]) -> list[Sample]:
    """Set ``gt_label`` to FER2013's label, and ``clean_label`` to the class of the votes.

    Args:
        samples: Samples with ``gt_label``, the class of the votes, and ``img_path``.
        labels: FER2013's label, 0 to 6, for each image name; samples without one are left out.

    Raises:
        ValueError: If a label is unknown.
    """
    joined = []
    for sample in samples:
        name = Path(sample['img_path']).name
        if name not in labels:
            continue
        code = emotion_code(labels[name], sample['where'])
        label = FERPLUS_CLASSES.index(FER2013_CLASSES[code])
        joined.append({**sample, 'gt_label': label, 'clean_label': sample['gt_label']})
    return joined
