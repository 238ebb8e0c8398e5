"""IFER: faces of infants."""

from pathlib import Path
from typing import Any

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.class_matching import normal_form
from mmfer.datasets.files.folders import read_class_folders
from mmfer.datasets.files.image_lists import read_csv
from mmfer.datasets.official_counts import class_counts, compare_counts
from mmfer.datasets.split_file import read_or_draw
from mmfer.faces.image_folder import list_subfolders
from mmfer.labels import IFER_CLASSES
from mmfer.labels.releases import IFER_COUNTS
from mmfer.registry import DATASETS

NO_CLASSES = ('annotations', 'contact_sheet.jpg')
"""Other files that may be next to the class folders."""


@DATASETS.register_module()
class IFER(ExpressionDataset):
    """IFER (Geng et al. 2023): happy, calm, crying and sleeping infants under one year.

    Class folders ``happy/``, ``calm/``, ``crying/``, ``sleeping/``, or ``ifer.csv`` with the
    columns ``path`` and ``label``, and optionally ``subject``. There is no official split, so the
    reader draws one: 6:2:2 of each class, or approximately 6:2:2 of whole infants if all subjects
    are known. The split is saved in a file and read from it afterwards.

    Args:
        data_root: The folder of the data set.
        split: ``'train'``, ``'val'``, ``'test'``, or ``'trainval'`` for the first two.
        split_seed: Seed of the draw.
        split_file: The JSON file of the split; None is ``split_seed<seed>.json`` in ``data_root``.
        **options: The options of :class:`ExpressionDataset` without ``classes``.

    Raises:
        FileNotFoundError: If the data set does not exist.
        ValueError: If a folder or a label is not a class, or the split file contains other images.
            A count that differs from the paper only gives a warning.

    Example:
        >>> train = dict(type='IFER', data_root='data/ifer', split='train', split_seed=0)
    """

    NAME = 'IFER'
    OWN_VALIDATION = True
    ONE_SIDECAR = 'all'
    RENDERER = 'ifer'
    CSV = 'ifer.csv'
    IF_ABSENT = 'Correct the path, which is relative to data_root, or remove the row.'
    ASK = (
        'it is not public; ask the authors of "Facial expression recognition of infants based on '
        'MIFNet", Geng, Qi, Zhang, Xiao and Li, Computer Systems and Applications 32 (8), 2023.'
    )
    LAYOUTS = (
        '{happy,calm,crying,sleeping}/<image>',
        'ifer.csv with the columns path,label and, if known, subject',
    )

    def __init__(
        self,
        data_root: str = 'data/ifer',
        split: str = 'train',
        *,
        split_seed: int = 0,
        split_file: str | None = None,
        **options: Any,
    ) -> None:
        self.split_seed = split_seed
        default = Path(data_root) / f'split_seed{split_seed}.json'
        self.split_file = Path(split_file or default).expanduser()
        super().__init__(data_root, split, classes=IFER_CLASSES, **options)

    def read_samples(self, part: str) -> list[Sample]:
        """Read all images of all parts."""
        samples = self._all()
        found = class_counts([sample['gt_label'] for sample in samples], IFER_CLASSES)
        official = dict(zip(IFER_CLASSES, IFER_COUNTS, strict=True))
        compare_counts('IFER', self.root, 'whole', found, official)
        return samples

    def choose_part(self, samples: list[Sample], part: str) -> list[Sample]:
        """The images of a part of the split."""
        parts = read_or_draw(self.split_file, samples, self.root, self.split_seed)
        return [s for s, own in zip(samples, parts, strict=True) if own == part]

    def _all(self) -> list[Sample]:
        classes = self._metainfo['classes']
        if (self.root / self.CSV).is_file():
            return read_csv(self.root / self.CSV, self.root, classes)
        folders = list_subfolders(self.root)
        there = {normal_form(folder.name) for folder in folders}
        absent = [name for name in classes if name not in there]
        if absent:
            raise self.missing(f'{self.CSV} and no {", ".join(f"{name}/" for name in absent)}')
        return read_class_folders(self.root, classes, (*NO_CLASSES, self.split_file.name))
