"""What all data sets of expressions share."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from mmengine.logging import print_log
from mmpretrain.datasets import BaseDataset

from mmfer.datasets.images import BrokenImageError, BrokenImageReport, find_problem
from mmfer.datasets.names import check_unique_files
from mmfer.datasets.sidecar import Sidecar
from mmfer.datasets.split import carve_validation
from mmfer.labels import LabelTree
from mmfer.registry import TRANSFORMS

Sample = dict[str, Any]
WARNING = 30


class ExpressionDataset(BaseDataset):
    """The base of the readers: one sample per face, each with a class.

    A reader implements :meth:`read_samples`. A sample has ``img_path``, ``gt_label`` and, where
    known, ``coarse_label``, ``clean_label`` (before planted label noise), ``gt_score`` (soft
    label), ``landmarks`` (68, 2), ``landmark_scores`` (68,), ``face_box`` (x1, y1, x2, y2),
    ``subject``, ``group`` (gender, age, race) and mmengine's ``sample_idx``. ``metainfo`` has
    ``classes`` and, with a label tree, ``coarse_classes`` and ``parents``.

    Args:
        data_root: The folder of the data set.
        split: ``'train'``, ``'val'``, ``'trainval'`` or ``'test'``. With a ``val_ratio``,
            ``'val'`` is a part of the training images and ``'train'`` the rest; ``'trainval'``
            is always all of them.
        classes: The names of the classes, in the order of their label indices.
        label_tree: The tree whose fine classes are ``classes``: a name shipped with mmfer, a JSON
            file, or None.
        coarse_classes: The coarse class of each class, where no tree tells it.
        pipeline: The transforms.
        val_ratio: The share of each class to validate on; whole subjects where they are known.
        val_seed: Fixes the draw of the validation part.
        sidecar: A COCO-style JSON file that knows more of the images (landmarks, subjects, ...).
            True reads ``annotations/<split>.json`` under ``data_root`` where it is there.
        soft_labels: Give the sidecar's class distributions as ``gt_score``.
        broken: ``'error'`` stops at a broken image. ``'skip'`` goes on without it: those found at
            the start are left out; one found later in training is replaced by another image,
            drawn at random. Each is counted, and named in the log and in ``broken_report``.
            Every image of a test set (``test_mode``) is decoded at the start then, since it can
            have no replacement.
        broken_report: The file that names the broken images.
        empty_classes: Whether a class without an image is an ``'error'`` or only a ``'warn'``.
        test_mode: Whether broken images may not be replaced by others.
        indices: Keep these samples only, or the first so many.
        lazy_init: Read nothing until it is asked for.

    Raises:
        FileNotFoundError: If the data set, or an image of it, is not there.
        ValueError: If an option or an entry of the data set is wrong, or an image is broken.
    """

    SEVERAL_FACES = False
    """Whether an image may give several samples."""

    def __init__(
        self,
        data_root: str,
        split: str = 'train',
        *,
        classes: Sequence[str],
        label_tree: str | None = None,
        coarse_classes: Sequence[str] | None = None,
        pipeline: Sequence[dict | Any] = (),
        val_ratio: float = 0.0,
        val_seed: int = 0,
        sidecar: bool | str = True,
        soft_labels: bool = False,
        broken: Literal['error', 'skip'] = 'error',
        broken_report: str = 'work_dirs/broken_images.txt',
        empty_classes: Literal['error', 'warn'] = 'error',
        test_mode: bool = False,
        indices: int | Sequence[int] | None = None,
        lazy_init: bool = False,
    ) -> None:
        for option, value, known in (
            ('split', split, ('train', 'val', 'trainval', 'test')),
            ('broken', broken, ('error', 'skip')),
            ('empty_classes', empty_classes, ('error', 'warn')),
        ):
            if value not in known:
                raise ValueError(
                    f'{type(self).__name__}({option}={value!r}): choose one of {", ".join(known)}.'
                )
        metainfo: dict[str, Any] = {'classes': tuple(classes)}
        if label_tree is not None:
            tree = LabelTree.load(label_tree)
            tree.check_classes(metainfo['classes'], f'the data set under "{data_root}"')
            metainfo |= {'coarse_classes': tree.coarse, 'parents': tree.parents}
        elif coarse_classes is not None:
            coarse = tuple(dict.fromkeys(coarse_classes))
            parents = tuple(map(coarse.index, coarse_classes))
            metainfo |= {'coarse_classes': coarse, 'parents': parents}
        self.root = Path(data_root).expanduser()
        self.split, self.val_ratio, self.val_seed = split, val_ratio, val_seed
        self.sidecar, self.soft_labels = sidecar, soft_labels
        self.broken, self.empty_classes = broken, empty_classes
        self.broken_images = BrokenImageReport(broken_report)
        super().__init__(
            ann_file='',
            metainfo=metainfo,
            data_root=str(self.root),
            # Built here, so that mmfer's transforms are found without a default scope, too.
            pipeline=[TRANSFORMS.build(t) if isinstance(t, dict) else t for t in pipeline],
            test_mode=test_mode,
            indices=indices,
            lazy_init=lazy_init,
        )

    def read_samples(self, part: str) -> list[Sample]:
        """Read a part of the data set as it lies on disk.

        Args:
            part: ``'train'``, ``'test'``, or ``'val'`` if no ``val_ratio`` is given.

        Returns:
            Samples with ``img_path``, ``gt_label``, optionally further fields, and optionally
            ``where`` (file and row, for messages), in an order that does not depend on the disk.
        """
        raise NotImplementedError

    def load_data_list(self) -> list[Sample]:
        """Read, check and complete the samples of the split."""
        carved = self.val_ratio != 0 and self.split in ('train', 'val')
        part = 'train' if carved or self.split == 'trainval' else self.split
        samples = self.read_samples(part)
        if not self.SEVERAL_FACES:
            self._check_files(samples)
        self._check_classes(samples, part)
        self.read_sidecar(samples, part)
        if carved:
            mask = carve_validation(
                [s['gt_label'] for s in samples],
                self.val_ratio,
                self.val_seed,
                [s.get('subject') for s in samples],
            )
            keep = mask if self.split == 'val' else ~mask
            samples = [s for s, kept in zip(samples, keep, strict=True) if kept]
        samples = self._without_broken(samples)
        parents = self._metainfo.get('parents')
        for sample in samples:
            sample.pop('where', None)
            distribution = sample.pop('distribution', None)
            if self.soft_labels:
                sample['gt_score'] = self._soft_label(sample, distribution)
            if parents is not None:
                sample['coarse_label'] = parents[sample['gt_label']]
        return samples

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline; None, upon which mmengine draws another, for a broken image."""
        try:
            return super().prepare_data(idx)
        except BrokenImageError as error:
            if self.broken == 'error' or self.test_mode:
                raise
            self.broken_images.add([(error.path, error.reason)], 'replaced by others')
            return None

    def _check_files(self, samples: list[Sample]) -> None:
        twins = check_unique_files((s['img_path'], s.get('where', 'its folder')) for s in samples)
        if twins:
            print_log(
                f'{len(twins)} times two files of one name lie in one folder under "{self.root}" '
                f'and may be one image twice; all are used: {"; ".join(twins[:5])}',
                logger='current',
                level=WARNING,
            )

    def _check_classes(self, samples: list[Sample], part: str) -> None:
        counts = Counter(s['gt_label'] for s in samples)
        empty = [name for i, name in enumerate(self._metainfo['classes']) if not counts[i]]
        if not empty:
            return
        message = (
            f'No image of {len(empty)} classes in the {part} part of "{self.root}": '
            f'{", ".join(empty)}.'
        )
        if self.empty_classes == 'error' or not samples:
            raise ValueError(
                f"{message} Add images, leave the classes out, or set empty_classes='warn' in "
                "the data set's config."
            )
        print_log(message, logger='current', level=WARNING)

    def read_sidecar(self, samples: list[Sample], part: str) -> None:
        """Add to the samples what a sidecar knows of them."""
        path = self.root / 'annotations' / f'{part}.json'
        if isinstance(self.sidecar, str):
            path = Path(self.sidecar).expanduser()
        elif not self.sidecar or not path.is_file():
            if self.soft_labels:
                raise ValueError(
                    f'soft_labels=True needs the class distributions of a sidecar, and "{path}" '
                    'is not read. Give its path as sidecar=..., or set soft_labels=False.'
                )
            return
        sidecar = Sidecar(path, self.root, self._metainfo['classes'])
        sidecar.complete(samples)
        if sidecar.alignment is not None:
            self._metainfo['alignment'] = sidecar.alignment

    def _without_broken(self, samples: list[Sample]) -> list[Sample]:
        decode = self.test_mode and self.broken == 'skip'
        checked: dict[str, str | None] = {}
        for sample in samples:
            path = sample['img_path']
            if path not in checked:
                checked[path] = find_problem(path, decode)
        problems = [(path, reason) for path, reason in checked.items() if reason]
        if not problems:
            return samples
        if self.broken == 'skip':
            self.broken_images.add(problems, 'left out')
            return [s for s in samples if checked[s['img_path']] is None]
        self.broken_images.add(problems, 'found')
        raise BrokenImageError(
            problems[0][0],
            f'{problems[0][1]} ({len(problems)} broken images in all, named in '
            f'{self.broken_images.path})',
        )

    def _soft_label(self, sample: Sample, distribution: np.ndarray | None) -> np.ndarray:
        if distribution is not None:
            return distribution
        one_hot = np.zeros(len(self._metainfo['classes']), dtype=np.float32)
        one_hot[sample['gt_label']] = 1
        return one_hot

    def extra_repr(self) -> list[str]:
        """Where the samples come from, for ``print``."""
        return [f'Root of dataset: \t{self.root}', f'Split: \t{self.split}']
