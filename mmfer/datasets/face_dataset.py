"""The base of all readers of faces."""

from collections.abc import Collection, Iterable, Sequence
from logging import WARNING
from typing import Any, Literal

from mmengine.logging import print_log
from mmpretrain.datasets import BaseDataset

from mmfer.datasets.faceless import FACELESS, check_faces, leave_out_faceless
from mmfer.datasets.files.class_matching import check_unique_files
from mmfer.datasets.files.images import (
    BrokenImageError,
    BrokenImageReport,
    check_images,
    stop_at_broken,
)
from mmfer.datasets.reader_facts import ReaderFacts
from mmfer.datasets.sample_check import check_sample
from mmfer.datasets.shared_images import without_shared
from mmfer.datasets.sidecar_reader import ReadsSidecar
from mmfer.datasets.subjects import samples_of_subjects
from mmfer.datasets.transforms.stock_geometry import refuse_stock_geometry, stock_geometry
from mmfer.registry import TRANSFORMS

Sample = dict[str, Any]


class FaceDataset(ReadsSidecar, ReaderFacts, BaseDataset):
    """The base of the readers: one sample per face.

    A reader implements :meth:`read_samples` and sets :attr:`NAME`, :attr:`LAYOUTS` and :attr:`ASK`;
    see ``docs/write_a_reader.md``. A sample has ``img_path`` and, if known, ``landmarks`` (68, 2),
    ``landmark_scores`` (68,), ``landmarks5`` (5, 2), ``face_box`` (x1, y1, x2, y2), ``subject``,
    ``group`` (gender, age, race) and mmengine's ``sample_idx``. For an image in a packed file,
    ``img_path`` is the path of the file followed by the name of the image, and ``packed_image``
    (:class:`mmfer.datasets.files.images.PackedImage`) reads the image.

    Args:
        data_root: The folder of the data set.
        split: ``'train'``, ``'val'``, ``'trainval'`` or ``'test'``.
        metainfo: ``classes`` and other information about all samples.
        pipeline: The transforms.
        sidecar: A COCO-style JSON file with more annotations of the images (landmarks, subjects,
            ...). True reads ``annotations/<split>.json`` in ``data_root`` if this file exists.
        broken: ``'error'`` stops at a broken image. ``'skip'`` continues: broken images found at
            the start are left out; a broken image found later in training is replaced by a random
            image. The log and ``broken_report`` list all broken images. In a test set
            (``test_mode``), ``'skip'`` decodes every image at the start, because test images are
            never replaced.
        broken_report: The file that lists the broken images.
        faceless: Images without landmarks: ``'error'`` refuses them at the start, if a transform
            needs landmarks; ``'leave_out'`` always leaves them out. The log lists them, and so does
            the attribute ``faceless_images``.
        test_mode: Whether the data set is a test set, whose broken images are never replaced.
        subjects: Keep only the samples of these subjects, before a validation part is drawn.
        subject_prefix: Text before the name of each subject, which names the data set where several
            are joined; ``subjects`` has it, too.
        apart_from: Leave out the images whose file has the content of a file of this part, such as
            ``'train'``; the log counts the images.
        indices: Keep only these samples, or this number of first samples.
        lazy_init: Read nothing before the first access.

    Raises:
        FileNotFoundError: If the data set, or one of its images, does not exist.
        ValueError: If an option or an entry of the data set is wrong, an image is broken or
            lacks landmarks that a transform needs, or the reader lacks one of the attributes.
    """

    SEVERAL_FACES = False
    """Whether an image may give several samples."""
    OWN_VALIDATION = False
    """Whether the release has a validation part."""

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
        faceless: Literal['error', 'leave_out'] = 'error',
        test_mode: bool = False,
        subjects: Sequence[str] | None = None,
        subject_prefix: str = '',
        apart_from: Literal['train', 'val', 'test'] | None = None,
        indices: int | Sequence[int] | None = None,
        lazy_init: bool = False,
        serialize_data: bool = True,
    ) -> None:
        self.check_facts()
        self._check_option('split', split, ('train', 'val', 'trainval', 'test'))
        self._check_option('broken', broken, ('error', 'skip'))
        self._check_option('faceless', faceless, FACELESS)
        self._check_option('apart_from', apart_from, ('train', 'val', 'test', None))
        self.apart_from, self.faceless = apart_from, faceless
        self.faceless_images: list[str] = []
        self.root = self.root_of(data_root)
        self.split, self.sidecar, self.broken = split, sidecar, broken
        self.subject_prefix = subject_prefix
        self.subjects = None if subjects is None else frozenset(map(str, subjects))
        self.broken_images = BrokenImageReport(broken_report)
        super().__init__(
            ann_file='',
            metainfo=metainfo,
            data_root=str(self.root),
            # Built here, so that the transforms of mmfer are found without a default scope.
            pipeline=[TRANSFORMS.build(t) if isinstance(t, dict) else t for t in pipeline],
            test_mode=test_mode,
            indices=indices,
            lazy_init=lazy_init,
            serialize_data=serialize_data,
        )
        self._stock = stock_geometry(self.pipeline.transforms)

    def _check_option(self, option: str, value: Any, known: Collection[Any]) -> None:
        if value not in known:
            raise ValueError(
                f'{type(self).__name__}({option}={value!r}): choose one of '
                f'{", ".join(map(str, known))}.'
            )

    def read_samples(self, part: str) -> list[Sample]:
        """Read a part of the data set from disk.

        Args:
            part: ``'train'``, ``'test'``, or ``'val'``.

        Returns:
            Samples with ``img_path``, optionally further fields, and optionally ``where`` (file and
            row, for messages), in an order that does not depend on the disk. Images may be missing;
            the base class checks them afterwards.

        Raises:
            FileNotFoundError: If a file or folder of the part is missing.
            ValueError: If an entry is wrong; the message names the file and the row.
        """
        raise NotImplementedError(
            f'{type(self).__name__} must define read_samples(part), see docs/write_a_reader.md.'
        )

    def has_validation(self) -> bool:
        """Whether there is a validation part, which ``'trainval'`` adds to the training part."""
        return self.OWN_VALIDATION

    def choose_part(self, samples: list[Sample], part: str) -> list[Sample]:
        """Select the samples of a part, if :meth:`read_samples` returns the samples of all parts.

        Args:
            samples: The samples with the annotations of the sidecar.
            part: As in :meth:`read_samples`.
        """
        return samples

    def load_data_list(self) -> Sequence[Sample]:
        """Read, check and complete the samples of the split.

        Raises:
            FileNotFoundError: If the folder or an image is missing.
            ValueError: If the split, or what remains of it, is empty, or an entry is wrong.
        """
        self.check_root()
        samples: Sequence[Sample] = self.read_split()
        if self.subjects is not None and not samples:
            raise ValueError(
                f'No image in the {self.split} part of "{self.root}" shows one of the '
                f'{len(self.subjects)} subjects in subjects=..., such as '
                f'{", ".join(sorted(self.subjects)[:3])}. Give names of subjects in the data set.'
            )
        if self.apart_from is not None:
            apart = without_shared(samples, self.sidecar_samples(self.apart_from))
            if samples and not apart:
                raise ValueError(
                    f"apart_from='{self.apart_from}' leaves out all {len(samples)} images of "
                    f'{self.NAME}, {self.split}, because that part has the same images. Name '
                    'another part, or remove apart_from from the config of the data set.'
                )
            print_log(
                f'{self.NAME}, {self.split}: {len(samples) - len(apart)} of {len(samples)} images '
                f'are left out, because the {self.apart_from} part has the same images.',
                logger='current',
            )
            samples = apart
        kept = self.without_broken(samples)
        if not len(kept):
            raise ValueError(
                f'All {len(samples)} images in the {self.split} part of "{self.root}" are missing '
                f'or broken; "{self.broken_images.path}" names them. Copy the data set again.'
            )
        where = f'{self.NAME} at "{self.root}", {self.split}'
        if self.faceless == 'leave_out':
            kept, self.faceless_images = leave_out_faceless(kept, where)
            if not kept:
                raise ValueError(f'{where}: no image has landmarks. Run mmfer prepare first.')
        check_faces(kept, self.pipeline, where)
        return kept

    def read_split(self) -> Sequence[Sample]:
        """The samples of all parts of the split."""
        parts = [self.split]
        if self.split == 'trainval':
            parts = ['train', 'val'] if self.has_validation() else ['train']
        return [sample for part in parts for sample in self.read_part(part)]

    def without_broken(self, samples: Sequence[Sample]) -> Sequence[Sample]:
        """The samples with intact images, without the field ``where``."""
        broken = self.find_broken(samples)
        kept = [sample for sample in samples if sample['img_path'] not in broken]
        for sample in kept:
            sample.pop('where', None)
        return kept

    def read_part(self, part: str) -> list[Sample]:
        """Read and check a part, add the annotations of the sidecar, and select the subjects."""
        samples = self.read_samples(part)
        for number, sample in enumerate(samples):
            check_sample(sample, number, type(self).__name__)
        if not self.SEVERAL_FACES:
            self._check_files(samples)
        self.read_sidecar(samples, self.ONE_SIDECAR or part)
        samples = self.choose_part(samples, part)
        self.check_samples(samples, part)
        if self.subject_prefix:
            for sample in samples:
                if sample.get('subject') is not None:
                    sample['subject'] = f'{self.subject_prefix}{sample["subject"]}'
        if self.subjects is None:
            return samples
        return samples_of_subjects(samples, self.subjects, f'{part} part of "{self.root}"')

    def check_samples(self, samples: list[Sample], part: str) -> None:
        """Check a part as a whole.

        Raises:
            ValueError: If the part is empty.
        """
        if not samples:
            raise ValueError(f'No image in the {part} part of "{self.root}". Add images.')

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline; None for a broken image, which mmengine then replaces."""
        if self._stock:
            refuse_stock_geometry(self._stock, self.get_data_info(idx))
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
                f'{len(twins)} groups of files in one folder under "{self.root}" have the same '
                f'name and may be the same image; all are used: {"; ".join(twins[:5])}',
                logger='current',
                level=WARNING,
            )

    def find_broken(self, samples: Iterable[Sample]) -> set[str]:
        """Report missing and broken images, and return their paths.

        Raises:
            FileNotFoundError: If an image is missing, and ``broken`` is ``'error'``.
            BrokenImageError: If an image is broken, and ``broken`` is ``'error'``.
        """
        problems = check_images(samples, self.test_mode and self.broken == 'skip')
        reasons = [(problem.path, problem.reason) for problem in problems]
        if self.broken == 'skip':
            self.broken_images.add(reasons, 'left out')
        elif problems:
            self.broken_images.add(reasons, 'found')
            stop_at_broken(problems, self.broken_images.path, self.IF_ABSENT)
        return {problem.path for problem in problems}

    def extra_repr(self) -> list[str]:
        """The source of the samples, for ``print``."""
        return [f'Root of dataset: \t{self.root}', f'Split: \t{self.split}']
