"""FERPlus: the faces of FER2013 with the votes of ten people."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from mmengine.logging import print_log

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.official_counts import compare_counts
from mmfer.datasets.readers.ferplus_tables import PixelRow, read_pixels, read_votes
from mmfer.datasets.readers.ferplus_votes import MODES, vote_targets
from mmfer.labels import FERPLUS_CLASSES
from mmfer.registry import DATASETS

VOTES = 'fer2013new.csv'
USAGES = {'train': 'Training', 'val': 'PublicTest', 'test': 'PrivateTest'}
COUNTS = {
    'rows': {'train': 28709, 'val': 3589, 'test': 3589},
    'majority': {'train': 25045, 'val': 3191, 'test': 3137},
}
"""The rows of the official release, and the images of which a majority agrees."""


@DATASETS.register_module()
class FERPlus(ExpressionDataset):
    """FERPlus (Barsoum et al. 2016), grey faces of 48 px with ten votes each.

    Read are ``fer2013.csv`` (``emotion,pixels,Usage``) and ``fer2013new.csv`` (the votes), joined
    by row, since the names in the second do not follow the rows of the first. The pixels are read
    from the csv file when they are asked for; ``img_path`` is ``<path of the csv file>/row00000``
    for the first row below the head.

    The votes become labels as published; single votes are taken as slips and do not count.

    - ``'majority'``: the class with more than half of the votes; other images are left out.
    - ``'probability'``: the shares of the leading classes, as ``gt_score``.
    - ``'multi_target'``: the shares of the classes with at least 30 % of the votes, as
      ``gt_score``: any of them is right.

    In each, ``gt_label`` is the first class, and images on which too few agree, or whose first
    choice is unknown or no face, are left out and counted in the log.

    Args:
        data_root: The folder with both files.
        split: ``'train'`` (``Training``), ``'val'`` (``PublicTest``), ``'test'``
            (``PrivateTest``), or ``'trainval'``. A ``val_ratio`` carves ``'val'`` from the
            training part instead.
        mode: How votes become labels. Results are published on the ``'majority'`` of the test
            part, however a model was trained.
        **options: The options of :class:`ExpressionDataset` without ``classes`` and
            ``soft_labels``.

    Raises:
        FileNotFoundError: If one of the files is not there.
        ValueError: If a row is faulty, or the files do not belong together. Other counts than the
            official ones are only warned of.

    Example:
        >>> train = dict(type='FERPlus', data_root='data/ferplus', split='train',
        ...              mode='probability')
    """

    NAME = 'FERPlus'
    RENDERER = 'ferplus'
    OWN_VALIDATION = True
    SIDECAR_CLASSES = False  # the labels follow from the votes and the mode
    ASK = (
        'fer2013.csv at https://www.kaggle.com/c/challenges-in-representation-learning-facial-'
        'expression-recognition-challenge, fer2013new.csv at '
        'https://github.com/microsoft/FERPlus ("Training deep networks for facial expression '
        'recognition with crowd-sourced label distribution", Barsoum et al., ICMI 2016).'
    )
    LAYOUTS = ('fer2013.csv (or fer2013/fer2013.csv)', 'fer2013new.csv')

    def __init__(
        self,
        data_root: str = 'data/ferplus',
        split: str = 'train',
        *,
        mode: Literal['majority', 'probability', 'multi_target'] = 'majority',
        **options: Any,
    ) -> None:
        self._check_option('mode', mode, MODES)
        self.mode = mode
        super().__init__(
            data_root, split, classes=FERPLUS_CLASSES, soft_labels=mode != 'majority', **options
        )

    def sidecar_samples(self, part: str) -> list[Sample]:
        """All images, whatever their votes."""
        pixel_file, images, rows, _ = self._joined(part)
        return [self._sample(pixel_file, row, images[row]) for row in rows]

    def read_samples(self, part: str) -> list[Sample]:
        """Join the two files and keep a part."""
        pixel_file, images, rows, votes = self._joined(part)
        kept, shares = vote_targets(votes, self.mode)
        samples: list[Sample] = []
        for row, target in zip(np.asarray(rows)[kept], shares[kept], strict=True):
            samples.append(
                {
                    **self._sample(pixel_file, row, images[row]),
                    'where': f'{self._file(VOTES)}, row {row}',
                    'gt_label': int(target.argmax()),
                }
            )
            if self.soft_labels:
                samples[-1]['distribution'] = target
        print_log(
            f'FERPlus, {part}: of {len(rows)} images the votes for {len(rows) - len(samples)} give '
            f'no label (mode {self.mode}); they are left out.',
            logger='current',
        )
        self._compare_counts(part, len(rows), len(samples))
        return samples

    @staticmethod
    def _sample(pixel_file: Path, row: int, image: PixelRow) -> Sample:
        return {'img_path': f'{pixel_file}/row{row:05}', 'packed_image': image.pixels}

    def _joined(self, part: str) -> tuple[Path, list[PixelRow], list[int], np.ndarray]:
        """The file and all images in it, and the rows of a part with their votes."""
        pixel_file = self._file('fer2013/fer2013.csv', 'fer2013.csv')
        vote_file = self._file(VOTES)
        images, (usages, votes) = read_pixels(pixel_file), read_votes(vote_file)
        if len(images) != len(usages):
            raise ValueError(
                f'"{pixel_file}" has {len(images)} rows and "{vote_file}" {len(usages)}; '
                'they are joined by row. Take both files from their releases again.'
            )
        for row, (image, usage) in enumerate(zip(images, usages, strict=True)):
            if image.usage != usage or usage not in USAGES.values():
                raise ValueError(
                    f'Row {row} is of {image.usage} in "{pixel_file}" and of {usage} in '
                    f'"{vote_file}"; they are joined by row, and the same one of '
                    f'{", ".join(USAGES.values())} must stand in both. Take both files from their '
                    'releases again.'
                )
        rows = [row for row, usage in enumerate(usages) if usage == USAGES[part]]
        return pixel_file, images, rows, votes[rows]

    def _compare_counts(self, part: str, rows: int, images: int) -> None:
        counted, unit = ('majority', 'images') if self.mode == 'majority' else ('rows', 'rows')
        found = {'all': images if counted == 'majority' else rows}
        official = {'all': COUNTS[counted][part]}
        compare_counts('FERPlus', self.root, part, found, official, unit)

    def _file(self, *names: str) -> Path:
        for name in names:
            if (self.root / name).is_file():
                return self.root / name
        raise self.missing(names[-1])
