"""CelebA: faces of celebrities with 40 attributes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.datasets.face_dataset import FaceDataset, Sample
from mmfer.datasets.official_counts import compare_counts
from mmfer.datasets.readers.celeba_lists import Table, find_table, read_table
from mmfer.labels import CELEBA_ATTRIBUTES
from mmfer.labels.releases import CELEBA_COUNTS, CELEBA_IMAGES, CELEBA_PARTS
from mmfer.registry import DATASETS


@DATASETS.register_module()
class CelebA(FaceDataset):
    """CelebA (Liu et al. 2015), aligned images with 40 attributes, in the official layout.

    The reader needs ``list_attr_celeba.txt``, ``list_eval_partition.txt`` and
    ``img_align_celeba/``, and reads ``list_landmarks_align_celeba.txt`` if it exists. The lists may
    also be ``.csv``. All may be in the folder itself or in ``Anno/``, ``Eval/`` and ``Img/``, as in
    the archive.

    A sample has no single class. It has ``gt_score`` (40,) float32, 1 for present attributes;
    ``attribute_mask`` (40,) bool, True for known attributes, if the list has unknown attributes (0
    instead of 1 or -1); and ``landmarks5`` (5, 2), the eyes, the nose and the corners of the mouth.
    ``metainfo`` has the attributes as ``classes``, ``task='attributes'``, and as
    ``unknown_attributes`` the attributes that are unknown for every image.

    Args:
        data_root: The folder of the data set.
        split: ``'train'``, ``'val'``, ``'test'``, or ``'trainval'`` for the first two.
        **options: The options of :class:`FaceDataset` without ``metainfo``.

    Raises:
        FileNotFoundError: If a list or an image does not exist.
        ValueError: If a row is faulty, or the lists contain different images. Counts that differ
            from the official release only give a warning.

    Example:
        >>> train = dict(type='CelebA', data_root='data/celeba', split='train')
    """

    METAINFO = {'task': 'attributes'}
    OWN_VALIDATION = True
    NAME = 'CelebA'
    RENDERER = 'celeba'
    IF_ABSENT = f'Unpack {CELEBA_IMAGES} completely, or remove the image from all lists.'
    ASK = (
        'download it at https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html (for research; "Deep '
        'learning face attributes in the wild", Liu, Luo, Wang and Tang, ICCV 2015).'
    )
    LAYOUTS = (
        'list_attr_celeba.{txt,csv}           (or in Anno/)',
        'list_eval_partition.{txt,csv}        (or in Eval/)',
        'img_align_celeba/                    (or in Img/)',
        'list_landmarks_align_celeba.{txt,csv} (optional; or in Anno/)',
    )

    def __init__(
        self, data_root: str = 'data/celeba', split: str = 'train', **options: Any
    ) -> None:
        super().__init__(data_root, split, metainfo={'classes': CELEBA_ATTRIBUTES}, **options)

    def read_samples(self, part: str) -> list[Sample]:
        """Read the lists, and select the images of a part.

        Raises:
            ValueError: If the list of parts has another number than 0, 1 or 2.
        """
        attributes = self._table('list_attr_celeba', CELEBA_ATTRIBUTES)
        partition = self._table('list_eval_partition', ('partition',))
        partition = self._in_order_of(attributes, partition)
        values = self._attributes(attributes)
        points = self._points(attributes)
        open_questions = bool((values == 0).any())
        never = [
            n for n, column in zip(CELEBA_ATTRIBUTES, values.T, strict=True) if not column.any()
        ]
        self._metainfo['unknown_attributes'] = tuple(never)
        folder = self._images()
        samples = []
        for row, (name, (number,)) in enumerate(
            zip(partition.names, partition.values, strict=True)
        ):
            where = f'{partition.path}, {name}'
            if number not in CELEBA_PARTS.values():
                raise ValueError(
                    f'{where}: the part {number:g} is not 0 (train), 1 (val) or 2 (test). Correct '
                    'the row.'
                )
            if number != CELEBA_PARTS[part]:
                continue
            image = folder / name
            sample: Sample = {
                'img_path': str(image),
                'where': where,
                'gt_score': (values[row] > 0).astype(np.float32),
            }
            if open_questions:
                sample['attribute_mask'] = values[row] != 0
            if points is not None:
                sample['landmarks5'] = points[row]
            samples.append(sample)
        found, official = {'all': len(samples)}, {'all': CELEBA_COUNTS[part]}
        compare_counts('CelebA', self.root, part, found, official)
        return samples

    def _table(self, name: str, columns: tuple[str, ...] | None) -> Table:
        path = find_table(self.root, name)
        if path is None:
            raise self.missing(f'{name}.txt or .csv')
        return read_table(path, columns)

    def _images(self) -> Path:
        # The copy with csv files has a folder of the same name inside the folder.
        for folder in (f'{CELEBA_IMAGES}/{CELEBA_IMAGES}', CELEBA_IMAGES, f'Img/{CELEBA_IMAGES}'):
            if (self.root / folder).is_dir():
                return self.root / folder
        raise self.missing(f'{CELEBA_IMAGES}/')

    @staticmethod
    def _attributes(table: Table) -> np.ndarray:
        wrong = np.argwhere(~np.isin(table.values, (-1, 0, 1)))
        if len(wrong):
            row, column = wrong[0]
            raise ValueError(
                f'{table.path}, {table.names[row]}: {CELEBA_ATTRIBUTES[column]} is '
                f'{table.values[row, column]:g}, not 1 (present), -1 (absent) or 0 (unknown). '
                'Correct the row.'
            )
        return table.values

    @staticmethod
    def _in_order_of(first: Table, second: Table) -> Table:
        """The second list with its rows in the order of the first list."""
        if set(first.names) == set(second.names):
            row_of = {name: row for row, name in enumerate(second.names)}
            return replace(
                second,
                names=first.names,
                values=second.values[[row_of[name] for name in first.names]],
            )
        only = [sorted(set(a.names) - set(b.names)) for a, b in ((first, second), (second, first))]
        differences = '; '.join(
            f'{len(names)} are only in {table.path.name}, such as {names[0]}'
            for names, table in zip(only, (first, second), strict=True)
            if names
        )
        raise ValueError(
            f'"{second.path}" ({len(second.names)} images) does not match "{first.path}" '
            f'({len(first.names)} images): {differences}. Take both lists from one release.'
        )

    def _points(self, attributes: Table) -> np.ndarray | None:
        path = find_table(self.root, 'list_landmarks_align_celeba')
        if path is None:
            return None
        table = self._in_order_of(attributes, read_table(path, None))
        if table.values.shape[1] != 10:
            raise ValueError(
                f'"{path}" has {table.values.shape[1]} numbers in a row instead of 10 (x and y of '
                'five points). Copy the file from the release again, or remove it.'
            )
        return table.values.astype(np.float32).reshape(-1, 5, 2)
