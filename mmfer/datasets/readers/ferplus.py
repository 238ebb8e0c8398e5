"""FERPlus: the faces of FER2013 with the votes of ten people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from mmengine.logging import print_log

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.official_counts import compare_counts
from mmfer.datasets.readers.ferplus_files import ASK, LAYOUTS, SOURCES, FERPlusFiles
from mmfer.datasets.readers.ferplus_own_labels import OWN_LABELS, with_own_labels
from mmfer.datasets.readers.ferplus_votes import MODES, vote_targets
from mmfer.labels import FERPLUS_CLASSES
from mmfer.registry import DATASETS

COUNTS = {
    'folders': {
        'rows': {'train': 28558, 'val': 3579, 'test': 3573},
        'majority': {'train': 25045, 'val': 3191, 'test': 3137},
    },
    'csv': {
        'rows': {'train': 28709, 'val': 3589, 'test': 3589},
        'majority': {'train': 25060, 'val': 3199, 'test': 3153},
    },
    'folders without boxes': {
        'rows': {'train': 28561, 'val': 3579, 'test': 3574},
        'majority': {'train': 25060, 'val': 3199, 'test': 3153},
    },
}
"""Rows in the official forms, and images with a majority."""


@DATASETS.register_module()
class FERPlus(ExpressionDataset):
    """FERPlus (Barsoum et al. 2016), grey faces of 48 px with ten votes each.

    The reader accepts two forms, whose votes differ for some 1,600 images.

    - Folders ``FER2013Train``, ``FER2013Valid`` and ``FER2013Test`` with the images and a
      ``label.csv`` (name, box, ten votes) of the release, or without boxes, as one version of its
      script writes it, with the votes of ``fer2013new.csv``. A box that is
      smaller than the image becomes ``face_box``.
    - ``fer2013.csv`` (``emotion,pixels,Usage``) and ``fer2013new.csv`` (the votes), joined by
      row, because the image names in the second file do not follow the rows of the first. The
      pixels are read from the csv file on demand; ``img_path`` is
      ``<path of the csv file>/row00000`` for the first row below the header.

    The votes become labels as published; single votes are regarded as errors and do not count.

    - ``'majority'``: the class with more than half of the votes.
    - ``'probability'``: ``gt_score`` holds the shares of the leading classes.
    - ``'multi_target'``: ``gt_score`` holds the shares of the classes with at least 30 % of the
      votes; each of these classes is correct.

    In every mode, ``gt_label`` is the class with the most votes, and ``votes`` (10,) are all votes
    for the eight classes, for unknown and for no face. Images with too little agreement, or with
    most votes for unknown or no face, are left out and counted in the log.

    Args:
        data_root: The folder with the three folders or the two files.
        split: ``'train'``, ``'val'`` (FER2013's ``PublicTest``), ``'test'`` (``PrivateTest``), or
            ``'trainval'``. With a ``val_ratio``, ``'val'`` is drawn from the training part.
        mode: How votes become labels. Published results use the ``'majority'`` of the test part,
            whatever the mode of the training.
        layout: ``'folders'`` or ``'csv'``; None selects the form that exists.
        labels: ``'votes'``, or ``'fer2013'``: ``gt_label`` is FER2013's own label, which differs
            from a third of the majorities, and ``clean_label`` is the majority. In the folders,
            FER2013's labels are read from ``fer2013_labels.csv`` (``image,emotion``); images
            without a row in this file are left out and counted in the log. No image has the label
            contempt.
        **options: The options of :class:`ExpressionDataset` without ``classes`` and
            ``soft_labels``.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a row is faulty, the files do not match, or both forms exist and ``layout``
            is None. Counts that differ from the official counts only give a warning.

    Example:
        >>> train = dict(type='FERPlus', data_root='data/ferplus', split='train',
        ...              mode='probability')
    """

    NAME = 'FERPlus'
    ASK = ASK
    LAYOUTS = LAYOUTS
    RENDERER = 'ferplus'
    IF_ABSENT = 'Put the image beside its label.csv, or remove the row.'
    OWN_VALIDATION = True
    SIDECAR_CLASSES = False  # the labels follow from the votes and the mode

    def __init__(
        self,
        data_root: str = 'data/ferplus',
        split: str = 'train',
        *,
        mode: Literal['majority', 'probability', 'multi_target'] = 'majority',
        layout: Literal['folders', 'csv'] | None = None,
        labels: Literal['votes', 'fer2013'] = 'votes',
        **options: Any,
    ) -> None:
        self._check_option('labels', labels, ('votes', 'fer2013'))
        if labels == 'fer2013' and mode != 'majority':
            raise ValueError(
                f"FERPlus(labels='fer2013', mode='{mode}'): FER2013 has one label per image and "
                "no shares. Set mode='majority', or labels='votes'."
            )
        self.labels = labels
        self._check_option('mode', mode, MODES)
        self._check_option('layout', layout, (*SOURCES, None))
        self.mode, self.layout = mode, layout
        super().__init__(
            data_root, split, classes=FERPLUS_CLASSES, soft_labels=mode != 'majority', **options
        )

    def _files(self) -> FERPlusFiles:
        return FERPlusFiles(self.root, self.layout)

    def sidecar_samples(self, part: str) -> list[Sample]:
        """All images, whatever their votes."""
        return [{k: v for k, v in s.items() if k != 'where'} for s in self._files().rows(part)[0]]

    def read_samples(self, part: str) -> list[Sample]:
        """The images of a part whose votes give a label."""
        files = self._files()
        rows, votes = files.rows(part)
        kept, shares = vote_targets(votes, self.mode)
        samples: list[Sample] = []
        for i in np.flatnonzero(kept):
            samples.append({**rows[i], 'gt_label': int(shares[i].argmax()), 'votes': votes[i]})
            if self.soft_labels:
                samples[-1]['distribution'] = shares[i]
        print_log(
            f'FERPlus, {part}, read from {SOURCES[files.layout]}: {len(rows) - len(samples)} of '
            f'{len(rows)} images are left out, because their votes give no label (mode '
            f'{self.mode}).',
            logger='current',
        )
        self._compare_counts(files.layout, part, len(rows), len(samples))
        if self.labels == 'votes':
            return samples
        return self._own_labels(part, samples, files.own_labels())

    def check_samples(self, samples: list[Sample], part: str) -> None:
        """Check that every class occurs; FER2013's own labels do not include contempt."""
        placeholder = {'gt_label': FERPLUS_CLASSES.index('contempt')}
        own = self.labels == 'fer2013' and bool(samples)
        super().check_samples([*samples, placeholder] if own else samples, part)

    def _own_labels(
        self, part: str, samples: list[Sample], labels: Mapping[str, str]
    ) -> list[Sample]:
        joined = with_own_labels(samples, labels)
        if samples and not joined:
            raise ValueError(
                f'"{self.root / OWN_LABELS}" has none of the {len(samples)} images of the {part} '
                f'part, such as "{Path(samples[0]["img_path"]).name}". Its column image must have '
                'the names of the image files.'
            )
        wrong = sum(sample['gt_label'] != sample['clean_label'] for sample in joined)
        print_log(
            f"FERPlus, {part}: {len(joined)} images have FER2013's labels, {wrong} of which differ "
            f'from the majority; {len(samples) - len(joined)} images without such a label are left '
            'out.',
            logger='current',
        )
        return joined

    def _compare_counts(self, layout: str, part: str, rows: int, images: int) -> None:
        counted, unit = ('majority', 'images') if self.mode == 'majority' else ('rows', 'rows')
        found = {'all': images if counted == 'majority' else rows}
        official = {'all': COUNTS[layout][counted][part]}
        if layout == 'folders' and found['all'] == COUNTS['folders without boxes'][counted][part]:
            official = found
        compare_counts('FERPlus', self.root, part, found, official, unit)
