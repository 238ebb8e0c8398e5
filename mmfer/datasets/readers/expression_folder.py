"""Reader of data sets in class folders or csv files."""

import os
from collections.abc import Sequence
from logging import WARNING
from pathlib import Path
from typing import Any, ClassVar

from mmengine.logging import print_log

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.class_matching import check_class_names, normal_form
from mmfer.datasets.files.folders import read_class_folders
from mmfer.datasets.files.image_lists import read_csv
from mmfer.faces.image_folder import LeftOut, list_images
from mmfer.registry import DATASETS


@DATASETS.register_module()
class ExpressionFolder(ExpressionDataset):
    """Class folders ``<split>/<class>/``, or csv files ``<split>.csv`` with path and label.

    The order of the classes must be given and is never guessed from the folders, because copies of
    a data set with different orders look the same.

    Args:
        data_root: The folder of the data set.
        split: See :class:`ExpressionDataset`.
        classes: The names of the classes, in the order of their label indices.
        folders: The names of the folders (or csv labels), in the order of ``classes``, if they
            differ from the classes.
        csv_encoding: The encoding of the csv files, such as ``'gb18030'``, if it is neither UTF-8
            nor UTF-16.
        **options: The options of :class:`ExpressionDataset`.

    Raises:
        FileNotFoundError: If neither the folder nor the csv file exists.
        ValueError: If a folder or a label is not a class, both forms exist and the csv file lists
            no image of the class folders, or as in :class:`ExpressionDataset`.

    Example:
        >>> train = dict(type='ExpressionFolder', data_root='data/mine', split='train',
        ...              classes=['calm', 'crying', 'laughing'])
        >>> rafdb_copy = dict(
        ...     type='ExpressionFolder', data_root='data/rafdb_folders', split='train',
        ...     classes=['surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger',
        ...              'neutral'],
        ...     folders=['1', '2', '3', '4', '5', '6', '7'])
    """

    NAME = 'in class folders'
    LAYOUTS: ClassVar[Sequence[str]] = (
        '{split}/<class>/<image>',
        '{split}.csv with the columns path,fine',
    )
    IF_ABSENT = 'Correct the path, which is relative to data_root, or remove the row.'
    ASK = 'from its owners; see docs/datasets.md.'

    def __init__(
        self,
        data_root: str,
        split: str = 'train',
        *,
        classes: Sequence[str],
        folders: Sequence[str] | None = None,
        csv_encoding: str | None = None,
        **options: Any,
    ) -> None:
        check_class_names(classes, type(self).__name__)
        self.csv_encoding = csv_encoding
        self.folders = tuple(map(str, folders or classes))
        if len(self.folders) != len(classes):
            raise ValueError(
                f'{len(self.folders)} folders for {len(classes)} classes. Give one folder for each '
                'class, in the same order.'
            )
        super().__init__(data_root, split, classes=classes, **options)

    def sidecar_parts(self) -> tuple[str, ...]:
        """The existing parts."""
        parts = ('train', 'val', 'test')
        there = [p for p in parts if self._csv(p).is_file() or (self.root / p).is_dir()]
        return tuple(there) or super().sidecar_parts()

    def has_validation(self) -> bool:
        """Whether there is ``val/`` or ``val.csv``."""
        return super().has_validation() or 'val' in self.sidecar_parts()

    def sidecar_samples(self, part: str) -> list[Sample]:
        """All images of all classes."""
        if self._csv(part).is_file():
            return read_csv(self._csv(part), self.root, None, self.csv_encoding)
        return [{'img_path': str(path)} for path in list_images(self._folder(part))]

    def read_samples(self, part: str) -> list[Sample]:
        """Read the csv file or the folders of a part."""
        if self._csv(part).is_file():
            samples = read_csv(self._csv(part), self.root, self.folders, self.csv_encoding)
            self._compare_forms(part, samples)
            return samples
        self._folder(part)
        return self.read_folder(part)

    def _compare_forms(self, part: str, listed: list[Sample]) -> None:
        """Check that a csv file lists the images in the class folders, if there are any."""
        folder, classes = self.root / part, set(map(normal_form, self.folders))
        if not folder.is_dir():
            return
        known = {os.path.abspath(sample['img_path']) for sample in listed}
        images = [
            path
            for path in list_images(folder, True, LeftOut())
            if classes.intersection(map(normal_form, path.relative_to(folder).parts[:-1]))
        ]
        others = [path for path in images if os.path.abspath(path) not in known]
        if not others:
            return
        if len(others) == len(images):
            raise ValueError(
                f'"{self._csv(part)}" lists none of the {len(images)} images in the class folders '
                f'of "{folder}", such as "{others[0]}". Move the csv file or the folders away.'
            )
        print_log(
            f'"{self._csv(part)}" lists only {len(images) - len(others)} of the {len(images)} '
            f'images in the class folders of "{folder}"; the others, such as "{others[0]}", are '
            'not read.',
            logger='current',
            level=WARNING,
        )

    def _csv(self, part: str) -> Path:
        return self.root / f'{part}.csv'

    def _folder(self, part: str) -> Path:
        folder = self.root / part
        if not folder.is_dir():
            hint = ' (or set val_ratio to draw it from the training part)' if part == 'val' else ''
            raise self.missing(f'{part}/ and no {part}.csv{hint}', part)
        return folder

    def read_folder(self, part: str) -> list[Sample]:
        """Read the class folders of a part."""
        return read_class_folders(self.root / part, self.folders)
