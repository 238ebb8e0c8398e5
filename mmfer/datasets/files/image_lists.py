"""Csv files that list images with classes."""

from collections.abc import Sequence
from logging import WARNING
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from mmfer.datasets.files.class_matching import class_index, normal_form, without_repeats
from mmfer.datasets.files.csv_files import csv_table

Sample = dict[str, Any]


def read_csv(
    path: Path, data_root: Path, classes: Sequence[str] | None, encoding: str | None = None
) -> list[Sample]:
    """Samples of a csv file with the columns ``path`` and ``fine``, or ``path`` and ``label``.

    The path is relative to ``data_root`` or absolute; ``\\`` is read as ``/``. A column ``subject``
    names the subjects; other columns are ignored. Missing images are included. Rows that repeat an
    earlier row are left out, which the log says; an image with two classes is an error of the data
    set (:func:`mmfer.datasets.files.class_matching.check_unique_files`).

    Args:
        path: The file.
        data_root: The folder of the data set.
        classes: The classes, in the order of their label indices. Without classes, the samples have
            no ``gt_label``.
        encoding: See :func:`mmfer.datasets.files.csv_files.csv_rows`.

    Raises:
        ValueError: If a column is missing or occurs twice, a row is incomplete, or a label is not a
            class.
    """
    head, rows = csv_table(path, encoding)
    columns = [normal_form(name) for name in head]
    label = 'fine' if 'fine' in columns else 'label'
    if not {'path', label} <= set(columns):
        raise ValueError(
            f'"{path}" lacks the column {"path" if "path" not in columns else "fine"}; its first '
            f'line has: {", ".join(columns) or "nothing"}. The first line must have the columns '
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
    samples, repeats = without_repeats(samples)
    if repeats:
        print_log(
            f'{len(repeats)} rows of "{path}" repeat an earlier row with the same image and class, '
            f'and are left out: {"; ".join(repeats[:5])}',
            logger='current',
            level=WARNING,
        )
    return samples
