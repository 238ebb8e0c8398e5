"""Csv files that list images with a class."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmfer.datasets.files.class_matching import class_index, normal_form
from mmfer.datasets.files.csv_files import csv_table

Sample = dict[str, Any]


def read_csv(
    path: Path, data_root: Path, classes: Sequence[str] | None, encoding: str | None = None
) -> list[Sample]:
    """Samples of a csv file with the columns ``path`` and ``fine``, or ``path`` and ``label``.

    The path is relative to ``data_root`` or absolute; ``\\`` between folders is read as ``/``. A
    column ``subject`` tells who is shown; other columns are left alone. Images that are not there
    are given, too.

    Args:
        path: The file.
        data_root: The folder of the data set.
        classes: The classes, in the order of their label indices. Without them the samples have
            no ``gt_label``.
        encoding: See :func:`mmfer.datasets.files.csv_files.csv_rows`.

    Raises:
        ValueError: If a column is missing or there twice, a row is cut short, or its label is no
            class.
    """
    head, rows = csv_table(path, encoding)
    columns = [normal_form(name) for name in head]
    label = 'fine' if 'fine' in columns else 'label'
    if not {'path', label} <= set(columns):
        raise ValueError(
            f'"{path}" lacks the column {"path" if "path" not in columns else "fine"}; its '
            f'first line has: {", ".join(columns) or "nothing"}. It must name the columns '
            'path and fine (or label).'
        )
    samples = []
    for where, cells in rows:
        row = dict(zip(columns, cells, strict=True))
        if not row['path'] or not row[label]:
            raise ValueError(f'{where}: the path or the class is empty. Complete the row.')
        image = data_root / row['path']
        if '\\' in row['path'] and not image.is_file():
            image = data_root / row['path'].replace('\\', '/')
        sample: Sample = {'img_path': str(image), 'where': where}
        if classes is not None:
            sample['gt_label'] = class_index(row[label], classes, where)
        if row.get('subject'):
            sample['subject'] = row['subject']
        samples.append(sample)
    return samples
