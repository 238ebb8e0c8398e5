"""What all data sets of expressions share."""

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
    """The base of the readers of expressions: one sample per face, each with a class.

    Beside the fields of :class:`FaceDataset` a sample has ``gt_label`` and, where known,
    ``coarse_label``, ``clean_label`` (before planted label noise) and ``gt_score`` (soft label).
    ``metainfo`` has ``classes`` and, with a label tree, ``coarse_classes`` and ``parents``.

    Args:
        data_root: The folder of the data set.
        split: ``'train'``, ``'val'``, ``'trainval'`` or ``'test'``. With a ``val_ratio``,
            ``'val'`` is a part of the training images and ``'train'`` the rest; ``'trainval'``
            is always all of them, and the data set's own validation part where it has one.
        classes: The names of the classes, in the order of their label indices.
        label_tree: The tree whose fine classes are ``classes``: a name shipped with mmfer, a JSON
            file, or None.
        coarse_classes: The coarse class of each class, where no tree tells it.
        val_ratio: The share of each class to validate on; whole subjects where they are known.
        val_seed: Fixes the draw of the validation part.
        soft_labels: Give class distributions, the data set's own or the sidecar's, as
            ``gt_score``.
        empty_classes: Whether a class without an image is an ``'error'`` or only a ``'warn'``.
        **options: The options of :class:`FaceDataset` without ``metainfo``.

    Raises:
        FileNotFoundError: If the data set, or an image of it, is not there.
        ValueError: If an option or an entry of the data set is wrong, or an image is broken.
    """

    CLASSES_IN_EACH_PART: ClassVar[bool] = True
    """Whether every part must have every class; else the reader calls :meth:`check_classes`."""

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
        self.val_ratio, self.val_seed = val_ratio, val_seed
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
        """Read a part, of which the validation part may be carved."""
        if self.val_ratio == 0 or self.split not in ('train', 'val'):
            return super().read_part(part)
        samples = super().read_part('train')
        if not samples:
            return samples
        mask = carve_validation(
            [s['gt_label'] for s in samples],
            self.val_ratio,
            self.val_seed,
            [s.get('subject') for s in samples],
        )
        keep = mask if part == 'val' else ~mask
        return [s for s, kept in zip(samples, keep, strict=True) if kept]

    def check_samples(self, samples: list[Sample], part: str) -> None:
        """Check that a part is not empty, and that every class occurs.

        Raises:
            ValueError: If it is, or one does not, and ``empty_classes`` is ``'error'``.
        """
        if self.CLASSES_IN_EACH_PART:
            self.check_classes(samples, part)
        super().check_samples(samples, part)

    def check_classes(self, samples: list[Sample], part: str) -> None:
        """Check that every class occurs.

        Raises:
            ValueError: If one does not, and ``empty_classes`` is ``'error'``.
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
                f"{message} Add images, leave the classes out, or set empty_classes='warn' in "
                "the data set's config."
            )
        print_log(message, logger='current', level=WARNING)

    def read_sidecar(self, samples: list[Sample], part: str) -> None:
        """Add to the samples what a sidecar knows of them.

        Raises:
            ValueError: If ``soft_labels`` is set and nothing tells a distribution.
        """
        super().read_sidecar(samples, part)
        if self.soft_labels and samples and not any('distribution' in s for s in samples):
            raise ValueError(
                'soft_labels=True needs the class distributions of a sidecar, such as '
                f'"{self.root}/annotations/{part}.json", and none are known. Give its path as '
                'sidecar=..., or set soft_labels=False.'
            )

    def _soft_label(self, sample: Sample, distribution: np.ndarray | None) -> np.ndarray:
        if distribution is not None:
            return distribution
        one_hot = np.zeros(len(self._metainfo['classes']), dtype=np.float32)
        one_hot[sample['gt_label']] = 1
        return one_hot
