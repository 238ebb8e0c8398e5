"""FERPlus: the faces of FER2013 with the votes of ten people."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from mmengine.logging import print_log

from mmfer.datasets.base import ExpressionDataset
from mmfer.datasets.counts import compare_counts
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.ferplus_folders import LABELS, read_label_csv
from mmfer.datasets.ferplus_tables import join_tables
from mmfer.datasets.ferplus_votes import MODES, vote_targets
from mmfer.datasets.missing import missing_dataset
from mmfer.labels import FERPLUS_CLASSES
from mmfer.registry import DATASETS

PIXELS = ('fer2013/fer2013.csv', 'fer2013.csv')
VOTES = 'fer2013new.csv'
FOLDERS = {'train': 'FER2013Train', 'val': 'FER2013Valid', 'test': 'FER2013Test'}
USAGES = {'train': 'Training', 'val': 'PublicTest', 'test': 'PrivateTest'}
SOURCES = {'folders': 'the label.csv of its folder', 'csv': 'fer2013.csv and fer2013new.csv'}
COUNTS = {
    'folders': {
        'rows': {'train': 28558, 'val': 3579, 'test': 3573},
        'majority': {'train': 25045, 'val': 3191, 'test': 3137},
    },
    'csv': {
        'rows': {'train': 28709, 'val': 3589, 'test': 3589},
        'majority': {'train': 25060, 'val': 3199, 'test': 3153},
    },
}
"""The rows of the two official forms, and the images of which a majority agrees."""


@DATASETS.register_module()
class FERPlus(ExpressionDataset):
    """FERPlus (Barsoum et al. 2016), grey faces of 48 px with ten votes each.

    Two forms are read; the votes of some 1,600 images differ between them.

    - Folders ``FER2013Train``, ``FER2013Valid`` and ``FER2013Test`` with the images and a
      ``label.csv`` (name, box, ten votes), as the script of the release writes them. A box that is
      not the whole image becomes ``face_box``.
    - ``fer2013.csv`` (``emotion,pixels,Usage``) and ``fer2013new.csv`` (the votes), joined by
      row, since the names in the second do not follow the rows of the first. The pixels are read
      from the csv file when they are asked for; ``img_path`` is
      ``<path of the csv file>/row00000`` for the first row below the head.

    The votes become labels as published; single votes are taken as slips and do not count.

    - ``'majority'``: the class with more than half of the votes; other images are left out.
    - ``'probability'``: the shares of the leading classes, as ``gt_score``.
    - ``'multi_target'``: the shares of the classes with at least 30 % of the votes, as
      ``gt_score``: any of them is right.

    In each, ``gt_label`` is the first class, and images on which too few agree, or whose first
    choice is unknown or no face, are left out and counted in the log.

    Args:
        data_root: The folder with the three folders or the two files.
        split: ``'train'``, ``'val'`` (FER2013's ``PublicTest``), ``'test'`` (``PrivateTest``), or ``'trainval'``. A ``val_ratio`` carves ``'val'`` from the
            training part instead.
        mode: How votes become labels. Results are published on the ``'majority'`` of the test
            part, however a model was trained.
        layout: ``'folders'`` or ``'csv'``; None takes the one that is there.
        **options: The options of :class:`ExpressionDataset` without ``classes`` and
            ``soft_labels``.

    Raises:
        FileNotFoundError: If one of the files is not there.
        ValueError: If a row is faulty, the files do not belong together, or both forms are there
            and no ``layout`` is given. Other counts than the official ones are only warned of.

    Example:
        >>> train = dict(type='FERPlus', data_root='data/ferplus', split='train',
        ...              mode='probability')
    """

    OWN_VALIDATION = True
    SIDECAR_CLASSES = False  # the labels follow from the votes and the mode
    ASK = (
        'fer2013.csv at https://www.kaggle.com/c/challenges-in-representation-learning-facial-'
        'expression-recognition-challenge, fer2013new.csv at '
        'https://github.com/microsoft/FERPlus ("Training deep networks for facial expression '
        'recognition with crowd-sourced label distribution", Barsoum et al., ICMI 2016).'
    )
    LAYOUTS = (
        'FER2013Train/label.csv, FER2013Valid/label.csv and FER2013Test/label.csv beside images',
        'fer2013.csv (or fer2013/fer2013.csv) with fer2013new.csv',
    )

    def __init__(
        self,
        data_root: str = 'data/ferplus',
        split: str = 'train',
        *,
        mode: Literal['majority', 'probability', 'multi_target'] = 'majority',
        layout: Literal['folders', 'csv'] | None = None,
        **options: Any,
    ) -> None:
        self._check_option('mode', mode, MODES)
        self._check_option('layout', layout, (*SOURCES, None))
        self.mode, self.layout = mode, layout
        super().__init__(
            data_root, split, classes=FERPLUS_CLASSES, soft_labels=mode != 'majority', **options
        )

    def sidecar_samples(self, part: str) -> list[Sample]:
        """All images, whatever their votes."""
        return [{k: v for k, v in s.items() if k != 'where'} for s in self._rows(part)[0]]

    def read_samples(self, part: str) -> list[Sample]:
        """The images of a part whose votes give a label."""
        rows, votes = self._rows(part)
        kept, shares = vote_targets(votes, self.mode)
        samples: list[Sample] = []
        for i in np.flatnonzero(kept):
            samples.append({**rows[i], 'gt_label': int(shares[i].argmax())})
            if self.soft_labels:
                samples[-1]['distribution'] = shares[i]
        print_log(
            f'FERPlus, {part}, from {SOURCES[self._layout()]}: of {len(rows)} images the votes for '
            f'{len(rows) - len(samples)} give no label (mode {self.mode}); they are left out.',
            logger='current',
        )
        self._compare_counts(part, len(rows), len(samples))
        return samples

    def _layout(self) -> str:
        """Which of the two forms is read."""
        if self.layout is not None:
            return self.layout
        folders = [f for f in FOLDERS.values() if (self.root / f / LABELS).is_file()]
        pixels = self._find(*PIXELS)
        if folders and pixels is not None:
            raise ValueError(
                f'"{self.root}" has {folders[0]}/{LABELS} and {pixels.name}, whose votes differ. '
                "Say which is to be read with layout='folders' or layout='csv' in the data set's "
                'config.'
            )
        return 'folders' if folders else 'csv'

    def _rows(self, part: str) -> tuple[list[Sample], np.ndarray]:
        """All images of a part and their votes (N, 10)."""
        return self._folder(part) if self._layout() == 'folders' else self._tables(part)

    def _folder(self, part: str) -> tuple[list[Sample], np.ndarray]:
        rows, votes = read_label_csv(self._file(f'{FOLDERS[part]}/{LABELS}'))
        samples: list[Sample] = []
        for row in rows:
            samples.append({'img_path': str(row.path), 'where': row.where})
            if row.box is not None:
                samples[-1]['face_box'] = row.box
        return samples, votes

    def _tables(self, part: str) -> tuple[list[Sample], np.ndarray]:
        pixel_file, vote_file = self._file(*PIXELS), self._file(VOTES)
        images, votes = join_tables(pixel_file, vote_file, USAGES.values())
        rows = [row for row, image in enumerate(images) if image.usage == USAGES[part]]
        samples: list[Sample] = [
            {
                'img_path': f'{pixel_file}/row{row:05}',
                'packed_image': images[row].pixels,
                'where': f'{vote_file}, row {row}',
            }
            for row in rows
        ]
        return samples, votes[rows]

    def _compare_counts(self, part: str, rows: int, images: int) -> None:
        counted, unit = ('majority', 'images') if self.mode == 'majority' else ('rows', 'rows')
        found = {'all': images if counted == 'majority' else rows}
        official = {'all': COUNTS[self._layout()][counted][part]}
        compare_counts('FERPlus', self.root, part, found, official, unit)

    def _find(self, *names: str) -> Path | None:
        return next((self.root / name for name in names if (self.root / name).is_file()), None)

    def _file(self, *names: str) -> Path:
        path = self._find(*names)
        if path is None:
            raise missing_dataset(
                'FERPlus', self.root, names[-1], self.LAYOUTS, self.ASK, 'ferplus'
            )
        return path
