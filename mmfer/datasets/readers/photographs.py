"""Photographs of faces from news and films, labeled by students."""

from pathlib import Path
from typing import Any

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.class_matching import class_index
from mmfer.datasets.files.csv_files import check_columns, csv_table
from mmfer.labels import FER2013_CLASSES
from mmfer.registry import DATASETS

LABELS = 'labels.csv'
COLUMNS = ('image', 'emotion', 'person')


@DATASETS.register_module()
class Photographs(ExpressionDataset):
    """Face photographs of 350 px with one label each, some in color, to test on.

    A part of muxspace's collection (Apache-2.0): ``labels.csv`` (``image,emotion,person``) and
    ``images/``. Each image has a single, uncertain label. If ``person`` is given, the value becomes
    the ``subject``. The only part is ``'test'``.

    Args:
        data_root: The folder with ``labels.csv``.
        split: ``'test'``.
        **options: The options of :class:`ExpressionDataset` without ``classes``.

    Raises:
        FileNotFoundError: If the data set, or an image in ``labels.csv``, does not exist.
        ValueError: If ``split`` is another part, or a row is faulty.

    Example:
        >>> test = dict(type='Photographs', data_root='data/photographs')
    """

    NAME = 'Photographs'
    ASK = 'https://github.com/muxspace/facial_expressions (Apache-2.0).'
    LAYOUTS = (f'{LABELS} with the columns {",".join(COLUMNS)}', 'images/<image>')
    RENDERER = None
    ONE_SIDECAR = 'test'

    def __init__(
        self, data_root: str = 'data/photographs', split: str = 'test', **options: Any
    ) -> None:
        self._check_option('split', split, ('test',))
        super().__init__(data_root, split, classes=FER2013_CLASSES, **options)

    def read_samples(self, part: str) -> list[Sample]:
        """Read the rows of the file.

        Raises:
            FileNotFoundError: If the file is missing.
        """
        path = self.root / LABELS
        if not path.is_file():
            raise self.missing(LABELS)
        head, rows = csv_table(path)
        check_columns(path, head, COLUMNS)
        return [self._sample(where, dict(zip(head, cells, strict=True))) for where, cells in rows]

    def _sample(self, where: str, row: dict[str, str]) -> Sample:
        image: Path = self.root / 'images' / row['image']
        if not row['image']:
            raise ValueError(f'{where}: the name of the image is empty. Complete the row.')
        sample: Sample = {
            'img_path': str(image),
            'where': where,
            'gt_label': class_index(row['emotion'], FER2013_CLASSES, where),
        }
        if row['person']:
            sample['subject'] = row['person']
        return sample
