"""The base of all readers of expressions."""

from collections import Counter
from collections.abc import Sequence
from logging import WARNING
from typing import Any, ClassVar, Literal

import numpy as np
from mmengine.logging import print_log

from mmfer.datasets.face_dataset import FaceDataset, Sample
from mmfer.datasets.files.class_matching import check_class_names
from mmfer.datasets.split import carve_validation
from mmfer.labels import LabelTree


class ExpressionDataset(FaceDataset):
    """The base of the readers of expressions: one sample with a class per face.

    Besides the fields of :class:`FaceDataset`, a sample has ``gt_label`` and, if known,
    ``coarse_label``, ``clean_label`` (before planted label noise) and ``gt_score`` (soft label).
    ``metainfo`` has ``classes`` and, with a label tree, ``coarse_classes`` and ``parents``.

    Args:
        data_root: The folder of the data set.
        split: ``'train'``, ``'val'``, ``'trainval'`` or ``'test'``. With ``val_ratio``, ``'val'``
            is a part of the training images and ``'train'`` the rest; ``'trainval'`` is always all
            training images, plus the validation part of the data set if there is one.
        classes: The names of the classes, in the order of their label indices.
        label_tree: The tree whose fine classes are ``classes``: a shipped name, a JSON file, or
            None.
        coarse_classes: The coarse class of each class, if there is no tree.
        val_ratio: The share of each class for validation; whole subjects if the subjects are known.
        val_seed: Seed of the draw of the validation part.
        val_fold: Which of the disjoint validation parts of the draw: with ``val_ratio=1 / 3``, 0, 1
            and 2 together are all training images, for cross validation over images.
        soft_labels: Give class distributions of the data set or the sidecar as ``gt_score``.
        empty_classes: Whether a class without an image is an ``'error'`` or only a ``'warn'``.
        **options: The options of :class:`FaceDataset` without ``metainfo``.

    Raises:
        FileNotFoundError: If the data set, or one of its images, does not exist.
        ValueError: If an option or an entry of the data set is wrong, or an image is broken.
    """

    CLASSES_IN_EACH_PART: ClassVar[bool] = True
    """Whether every part must have every class; if not, the reader calls :meth:`check_classes`."""

    def __init__(
        self,
        data_root: str,
        split: str = 'train',
        *,
        classes: Sequence[str],
        label_tree: str | None = None,
        coarse_classes: Sequence[str] | None = None,
        val_ratio: float = 0.0,
        val_seed: int = 0,
        val_fold: int = 0,
        soft_labels: bool = False,
        empty_classes: Literal['error', 'warn'] = 'error',
        **options: Any,
    ) -> None:
        self._check_option('empty_classes', empty_classes, ('error', 'warn'))
        check_class_names(classes, type(self).__name__)
        metainfo: dict[str, Any] = {'classes': tuple(classes)}
        if label_tree is not None:
            tree = LabelTree.load(label_tree)
            tree.check_classes(metainfo['classes'], f'the data set under "{data_root}"')
            metainfo |= {'coarse_classes': tree.coarse, 'parents': tree.parents}
        elif coarse_classes is not None:
            coarse = tuple(dict.fromkeys(coarse_classes))
            parents = tuple(map(coarse.index, coarse_classes))
            metainfo |= {'coarse_classes': coarse, 'parents': parents}
        self.val_ratio, self.val_seed, self.val_fold = val_ratio, val_seed, val_fold
        self.soft_labels, self.empty_classes = soft_labels, empty_classes
        super().__init__(data_root, split, metainfo=metainfo, **options)

    def load_data_list(self) -> Sequence[Sample]:
        """Read, check and complete the samples of the split."""
        samples = super().load_data_list()
        parents = self._metainfo.get('parents')
        for sample in samples:
            distribution = sample.pop('distribution', None)
            if self.soft_labels:
                sample['gt_score'] = self._soft_label(sample, distribution)
            if parents is not None:
                sample['coarse_label'] = parents[sample['gt_label']]
        return samples

    def read_part(self, part: str) -> list[Sample]:
        """Read a part; ``val_ratio`` splits the training part."""
        if self.val_ratio == 0 or self.split not in ('train', 'val'):
            return super().read_part(part)
        samples = super().read_part('train')
        if not samples:
            return samples
        subjects = [s.get('subject') for s in samples]
        unknown = subjects.count(None)
        if 0 < unknown < len(samples):
            print_log(
                f'{type(self).__name__}: {unknown} of {len(samples)} images have no known subject. '
                'Each counts as a person of its own in the draw of the validation part '
                f'(val_ratio={self.val_ratio:g}); the persons that are known stay whole.',
                logger='current',
                level=WARNING,
            )
        labels = [s['gt_label'] for s in samples]
        mask = carve_validation(labels, self.val_ratio, self.val_seed, subjects, self.val_fold)
        keep = mask if part == 'val' else ~mask
        if not keep.any():
            fold = f', val_fold={self.val_fold}' if self.val_fold else ''
            raise ValueError(
                f'val_ratio={self.val_ratio:g}{fold} leaves no image for the {part} part of '
                f'"{self.root}", because it draws from each class, and there are only '
                f'{len(samples)} images. Add images to each class, or give another val_ratio.'
            )
        return [s for s, kept in zip(samples, keep, strict=True) if kept]

    def check_samples(self, samples: list[Sample], part: str) -> None:
        """Check that a part is not empty, and that it has every class and no other class.

        Raises:
            ValueError: If the part is empty, a sample has no valid class, or the part lacks a class
                and ``empty_classes`` is ``'error'``.
        """
        count = len(self._metainfo['classes'])
        for sample in samples:
            label = sample.get('gt_label')
            if label is None or not 0 <= label < count:
                raise ValueError(
                    f'{type(self).__name__}, {sample.get("where", sample["img_path"])}: '
                    f'gt_label={label!r}. The reader must give each sample a gt_label from 0 to '
                    f'{count - 1}.'
                )
        if self.CLASSES_IN_EACH_PART:
            self.check_classes(samples, part)
        super().check_samples(samples, part)

    def check_classes(self, samples: list[Sample], part: str) -> None:
        """Check that every class has an image.

        Raises:
            ValueError: If a class has no image and ``empty_classes`` is ``'error'``.
        """
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
                f"{message} Add images, remove the classes, or set empty_classes='warn' in the "
                'config of the data set.'
            )
        print_log(message, logger='current', level=WARNING)

    def read_sidecar(self, samples: list[Sample], part: str) -> None:
        """Add the annotations of a sidecar to the samples.

        Raises:
            ValueError: If ``soft_labels`` is set and there are no distributions.
        """
        super().read_sidecar(samples, part)
        if self.soft_labels and samples and not any('distribution' in s for s in samples):
            raise ValueError(
                'soft_labels=True needs the class distributions of a sidecar, such as '
                f'"{self.root}/annotations/{part}.json", but there are none. Give the path of a '
                'sidecar as sidecar=..., or set soft_labels=False.'
            )

    def _soft_label(self, sample: Sample, distribution: np.ndarray | None) -> np.ndarray:
        count = len(self._metainfo['classes'])
        if distribution is not None:
            shares = np.asarray(distribution)
            good = shares.shape == (count,) and (shares >= 0).all() and abs(shares.sum() - 1) < 0.01
            if not good:
                raise ValueError(
                    f'{type(self).__name__}, {sample["img_path"]}: distribution is '
                    f'{shares.tolist()}; it must have the share of each of the {count} classes, 0 '
                    'or more, with a sum of 1.'
                )
            return distribution
        one_hot = np.zeros(count, dtype=np.float32)
        one_hot[sample['gt_label']] = 1
        return one_hot
