"""What all readers of expression data share."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.logging import print_log
from mmpretrain.datasets import BaseDataset

from mmfer.datasets.images import BrokenImageReport, find_problem
from mmfer.datasets.sidecar import add_truth
from mmfer.datasets.split import carve_validation

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff')
SPLITS = ('train', 'val', 'trainval', 'test')


class ExpressionDataset(BaseDataset):
    """Base of the readers: splits, truth from a sidecar, broken images, class counts.

    A sample has ``img_path`` and ``gt_label``, and where known ``coarse_label``, ``landmarks``
    (68, 2), ``landmark_scores`` (68,), ``face_box``, ``gt_score``, ``clean_label``, ``subject``
    and ``group``.

    Args:
        data_root: The folder as downloaded.
        split: ``'train'``, ``'test'``, ``'val'`` (the part of the training set held out by
            ``val_ratio``) or ``'trainval'`` (the whole training set).
        pipeline: Transforms.
        val_ratio: Share of the training set held out, so that no epoch or setting is chosen on
            the test set. Seeded, the same share of every class, whole subjects where they are
            known. With 0, ``'train'`` is the whole training set.
        seed: Seed of that draw.
        broken: What a broken image does: ``'error'`` stops, ``'skip'`` leaves it out, named in
            the log and in ``broken_report``.
        broken_report: The file that names skipped images.
        sidecar: Read truth from ``annotations/<split>.json`` (COCO-style) where it is there.
        soft_labels: Give the sidecar's label distributions as ``gt_score``.
        metainfo: Replaces entries of the class's own.
        test_mode: As in mmengine.
        lazy_init: As in mmengine.

    Raises:
        FileNotFoundError: If the data are not there; says where to ask and how to render.
        ValueError: If annotations or images are broken, or an option is unknown.
    """

    def __init__(
        self,
        data_root: str,
        split: str = 'train',
        pipeline: Sequence = (),
        val_ratio: float = 0.0,
        seed: int = 0,
        broken: str = 'error',
        broken_report: str = 'work_dirs/broken_images.txt',
        sidecar: bool = True,
        soft_labels: bool = False,
        metainfo: dict | None = None,
        test_mode: bool = False,
        lazy_init: bool = False,
    ) -> None:
        if split not in SPLITS:
            raise ValueError(f"split='{split}' must be one of {', '.join(SPLITS)}.")
        if broken not in ('error', 'skip'):
            raise ValueError(f"broken='{broken}' must be 'error' or 'skip'.")
        if split == 'val' and not val_ratio:
            raise ValueError("split='val' needs val_ratio, the share of the training set held out.")
        self.split = split
        self.val_ratio = val_ratio
        self.seed = seed
        self.broken = broken
        self.broken_report = broken_report
        self.sidecar = sidecar
        self.soft_labels = soft_labels
        super().__init__(
            ann_file='',
            data_root=data_root,
            pipeline=pipeline,
            metainfo=metainfo,
            test_mode=test_mode,
            lazy_init=lazy_init,
        )

    @property
    def part(self) -> str:
        """The part of the data set on disk from which the split is taken."""
        return 'test' if self.split == 'test' else 'train'

    @abstractmethod
    def read_samples(self, root: Path, part: str) -> list[dict[str, Any]]:
        """The samples of ``'train'`` or ``'test'``, each with ``img_path`` and ``gt_label``."""

    def load_data_list(self) -> list[dict[str, Any]]:
        root = Path(self.data_root)
        samples = self.read_samples(root, self.part)
        self._check_classes(samples, root)
        if self.sidecar:
            file = root / 'annotations' / f'{self.part}.json'
            add_truth(samples, file, root, self.metainfo['classes'], self.soft_labels)
        if self.split in ('train', 'val') and self.val_ratio:
            held_out = carve_validation(
                [s['gt_label'] for s in samples],
                self.val_ratio,
                self.seed,
                [s.get('subject') for s in samples],
            )
            samples = [
                s for s, out in zip(samples, held_out, strict=True) if out == (self.split == 'val')
            ]
        return self._without_broken(samples, root)

    def _check_classes(self, samples: list[dict], root: Path) -> None:
        counts = Counter(s['gt_label'] for s in samples)
        empty = [c for i, c in enumerate(self.metainfo['classes']) if not counts[i]]
        if empty and self.part == 'train':
            raise ValueError(
                f'No training image of {len(empty)} classes under "{root}": {", ".join(empty)}. '
                'Add images, or name only the classes that there are.'
            )
        if empty:
            print_log(
                f'No test image of {", ".join(empty)} under "{root}": mean-class figures leave '
                'these classes out.',
                'current',
                level=30,
            )

    def _without_broken(self, samples: list[dict], root: Path) -> list[dict]:
        problems = {
            s['img_path']: problem
            for s in samples
            if (problem := find_problem(s['img_path'])) is not None
        }
        if problems and self.broken == 'error':
            shown = '; '.join(f'{path}: {why}' for path, why in list(problems.items())[:5])
            raise ValueError(
                f'{len(problems)} of {len(samples)} images under "{root}" are broken: {shown}. '
                "Copy them again, or set broken='skip' in the data set to go on without them."
            )
        BrokenImageReport(self.broken_report).add(problems.items(), 'are skipped')
        return [s for s in samples if s['img_path'] not in problems]


def list_images(folder: Path) -> list[Path]:
    """The image files of a folder, sorted.

    Raises:
        ValueError: If two differ in their suffix alone, so that one name means two images.
    """
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
    twice = [stem for stem, count in Counter(p.stem for p in paths).items() if count > 1]
    if twice:
        raise ValueError(
            f'Two images of one name in "{folder}": {", ".join(twice[:5])}. Rename or remove one '
            'of each.'
        )
    return paths
