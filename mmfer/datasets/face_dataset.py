"""What all data sets of faces share, whatever is known of a face."""

from collections.abc import Collection, Iterable, Sequence
from logging import WARNING
from pathlib import Path
from typing import Any, ClassVar, Literal

from mmengine.logging import print_log
from mmpretrain.datasets import BaseDataset

from mmfer.datasets.files.class_matching import check_unique_files
from mmfer.datasets.files.images import BrokenImageError, BrokenImageReport, check_images
from mmfer.datasets.reader_facts import ReaderFacts
from mmfer.datasets.sidecar import Sidecar
from mmfer.registry import TRANSFORMS

Sample = dict[str, Any]


class FaceDataset(ReaderFacts, BaseDataset):
    """The base of the readers: one sample per face.

    A reader implements :meth:`read_samples` and gives :attr:`NAME`, :attr:`LAYOUTS` and
    :attr:`ASK`; ``docs/write_a_reader.md`` shows one. A sample has ``img_path`` and, where known,
    ``landmarks`` (68, 2), ``landmark_scores`` (68,), ``landmarks5`` (5, 2), ``face_box``
    (x1, y1, x2, y2), ``subject``, ``group`` (gender, age, race) and mmengine's ``sample_idx``.
    Where an image lies in a file with others, ``img_path`` is this file's path and the image's
    name in it, and ``packed_image`` (:class:`mmfer.datasets.files.images.PackedImage`) reads it.

    Args:
        data_root: The folder of the data set.
        split: ``'train'``, ``'val'``, ``'trainval'`` or ``'test'``.
        metainfo: ``classes`` and what else all samples share.
        pipeline: The transforms.
        sidecar: A COCO-style JSON file that knows more of the images (landmarks, subjects, ...).
            True reads ``annotations/<split>.json`` under ``data_root`` where it is there.
        broken: ``'error'`` stops at a broken image. ``'skip'`` goes on without it: those found at
            the start are left out; one found later in training is replaced by another image,
            drawn at random. Each is counted, and named in the log and in ``broken_report``.
            Every image of a test set (``test_mode``) is decoded at the start then, since it can
            have no replacement.
        broken_report: The file that names the broken images.
        test_mode: Whether broken images may not be replaced by others.
        subjects: Keep the samples of these subjects only, before any part is carved from them.
        indices: Keep these samples only, or the first so many.
        lazy_init: Read nothing until it is asked for.

    Raises:
        FileNotFoundError: If the data set, or an image of it, is not there.
        ValueError: If an option or an entry of the data set is wrong, an image is broken, or the
            reader lacks one of the attributes.
    """

    ONE_SIDECAR: ClassVar[str | None] = None
    """The name of the sidecar of all parts, if there is one; else each part has its own."""
    SEVERAL_FACES = False
    """Whether an image may give several samples."""
    OWN_VALIDATION = False
    """Whether there is a validation part, which ``'trainval'`` adds to the training part."""
    SIDECAR_CLASSES = True
    """Whether the classes in a sidecar must be those of the data set."""
    left_out: Sequence[str] = ()
    """Classes that a sidecar may know, and that are left out here."""

    def __init__(
        self,
        data_root: str,
        split: str = 'train',
        *,
        metainfo: dict[str, Any],
        pipeline: Sequence[dict | Any] = (),
        sidecar: bool | str = True,
        broken: Literal['error', 'skip'] = 'error',
        broken_report: str = 'work_dirs/broken_images.txt',
        test_mode: bool = False,
        subjects: Sequence[str] | None = None,
        indices: int | Sequence[int] | None = None,
        lazy_init: bool = False,
        serialize_data: bool = True,
    ) -> None:
        self.check_facts()
        self._check_option('split', split, ('train', 'val', 'trainval', 'test'))
        self._check_option('broken', broken, ('error', 'skip'))
        self.root = self.root_of(data_root)
        self.split, self.sidecar, self.broken = split, sidecar, broken
        self.subjects = None if subjects is None else frozenset(map(str, subjects))
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
            serialize_data=serialize_data,
        )

    def _check_option(self, option: str, value: Any, known: Collection[Any]) -> None:
        if value not in known:
            raise ValueError(
                f'{type(self).__name__}({option}={value!r}): choose one of '
                f'{", ".join(map(str, known))}.'
            )

    def read_samples(self, part: str) -> list[Sample]:
        """Read a part of the data set as it lies on disk.

        Args:
            part: ``'train'``, ``'test'``, or ``'val'``.

        Returns:
            Samples with ``img_path``, optionally further fields, and optionally ``where`` (file
            and row, for messages), in an order that does not depend on the disk. Images that
            are not there may be among them: they are looked for afterwards.
        """
        raise NotImplementedError

    def choose_part(self, samples: list[Sample], part: str) -> list[Sample]:
        """The samples of a part, where :meth:`read_samples` gives those of all parts.

        Args:
            samples: With what the sidecar knows of them.
            part: As of :meth:`read_samples`.
        """
        return samples

    def sidecar_parts(self) -> tuple[str, ...]:
        """The parts that have a sidecar of their own, ``annotations/<part>.json``."""
        if self.ONE_SIDECAR is not None:
            return (self.ONE_SIDECAR,)
        return ('train', 'val', 'test') if self.OWN_VALIDATION else ('train', 'test')

    def sidecar_samples(self, part: str) -> list[Sample]:
        """The samples of which the sidecar of a part may tell; only ``img_path`` is sure.

        Args:
            part: One of :meth:`sidecar_parts`.
        """
        return self.read_samples(part)

    def load_data_list(self) -> Sequence[Sample]:
        """Read, check and complete the samples of the split."""
        self.check_root()
        samples = self.read_split()
        if self.subjects is not None and not samples:
            raise ValueError(
                f'No image in the {self.split} part of "{self.root}" shows one of the '
                f'{len(self.subjects)} subjects of subjects=..., such as '
                f'{", ".join(sorted(self.subjects)[:3])}. Give names that the data set has.'
            )
        kept = self.without_broken(samples)
        if not len(kept):
            raise ValueError(
                f'All {len(samples)} images in the {self.split} part of "{self.root}" are missing '
                f'or broken; "{self.broken_images.path}" names them. Copy the data set again.'
            )
        return kept

    def read_split(self) -> Sequence[Sample]:
        """The samples of all parts of the split."""
        parts = [self.split]
        if self.split == 'trainval':
            parts = ['train', 'val'] if self.OWN_VALIDATION else ['train']
        return [sample for part in parts for sample in self.read_part(part)]

    def without_broken(self, samples: Sequence[Sample]) -> Sequence[Sample]:
        """The samples whose images are there and whole; without ``where``, for messages only."""
        broken = self.find_broken(samples)
        kept = [sample for sample in samples if sample['img_path'] not in broken]
        for sample in kept:
            sample.pop('where', None)
        return kept

    def read_part(self, part: str) -> list[Sample]:
        """Read a part, check it, complete it from the sidecar, and keep the subjects asked for."""
        samples = self.read_samples(part)
        if not self.SEVERAL_FACES:
            self._check_files(samples)
        self.read_sidecar(samples, self.ONE_SIDECAR or part)
        samples = self.choose_part(samples, part)
        self.check_samples(samples, part)
        return samples if self.subjects is None else self._of_subjects(samples, part)

    def _of_subjects(self, samples: list[Sample], part: str) -> list[Sample]:
        assert self.subjects is not None
        unknown = [s['img_path'] for s in samples if s.get('subject') is None]
        if unknown:
            raise ValueError(
                f'subjects=... chooses among the images of "{self.root}", and of {len(unknown)} in '
                f'the {part} part, such as "{unknown[0]}", nobody tells the subject. Give all, in '
                'the data set or its sidecar, or remove subjects from the config.'
            )
        return [s for s in samples if str(s['subject']) in self.subjects]

    def check_samples(self, samples: list[Sample], part: str) -> None:
        """Check a part as a whole.

        Raises:
            ValueError: If it is empty.
        """
        if not samples:
            raise ValueError(f'No image in the {part} part of "{self.root}". Add images.')

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

    def open_sidecar(self, part: str) -> Sidecar | None:
        """The sidecar of a part, if there is one."""
        path = self.root / 'annotations' / f'{part}.json'
        if isinstance(self.sidecar, str):
            path = Path(self.sidecar).expanduser()
        elif not self.sidecar or not path.is_file():
            return None
        classes = self._metainfo['classes']
        return Sidecar(path, self.root, classes, self.SIDECAR_CLASSES, self.left_out)

    def read_sidecar(self, samples: list[Sample], part: str) -> None:
        """Add to the samples what a sidecar knows of them."""
        sidecar = self.open_sidecar(part)
        if sidecar is None:
            return
        sidecar.complete(samples)
        if sidecar.alignment is not None:
            self._metainfo['alignment'] = sidecar.alignment

    def find_broken(self, samples: Iterable[Sample]) -> set[str]:
        """The paths of the images that are missing or broken, which are reported.

        Raises:
            FileNotFoundError: If some are missing, and ``broken`` is ``'error'``.
            BrokenImageError: If some are broken, and ``broken`` is ``'error'``.
        """
        problems, absent = check_images(samples, self.test_mode and self.broken == 'skip')
        if self.broken == 'skip':
            self.broken_images.add(problems, 'left out')
        elif problems:
            self.broken_images.add(problems, 'found')
            self._stop(problems, absent)
        return {path for path, _ in problems}

    def _stop(self, problems: Sequence[tuple[str, str]], absent: Sequence[str]) -> None:
        counts = (
            f'{len(absent)} missing and {len(problems) - len(absent)} broken images in all, named '
            f'in {self.broken_images.path}'
        )
        if absent:
            raise FileNotFoundError(
                f"{absent[0]} ({counts}). {self.IF_ABSENT} Or set broken='skip' in the data set's "
                'config to go on without them.'
            )
        raise BrokenImageError(problems[0][0], f'{problems[0][1]} ({counts})')

    def extra_repr(self) -> list[str]:
        """Where the samples come from, for ``print``."""
        return [f'Root of dataset: \t{self.root}', f'Split: \t{self.split}']
