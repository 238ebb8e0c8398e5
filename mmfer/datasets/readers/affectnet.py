"""AffectNet: faces from the internet with an expression, valence and arousal."""

from collections import Counter
from pathlib import Path
from typing import Any, Literal

from mmengine.logging import print_log

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.official_counts import class_counts, compare_counts
from mmfer.datasets.readers.affectnet_forms import (
    NPY_FOLDERS,
    find_csv,
    read_csv,
    read_npy,
)
from mmfer.labels import AFFECTNET_CLASSES
from mmfer.labels.releases import AFFECTNET_COUNTS, AFFECTNET_FILES
from mmfer.registry import DATASETS

NO_EXPRESSION = {8: 'none', 9: 'uncertain', 10: 'no face'}


@DATASETS.register_module()
class AffectNet(ExpressionDataset):
    """AffectNet (Mollahosseini et al. 2017), manually annotated, in both official forms.

    - Older: ``training.csv`` and ``validation.csv`` with ``Manually_Annotated_Images/``. The images
      are whole photographs; ``face_box`` and ``landmarks`` are in pixels of the photographs.
    - 2021: ``train_set/`` and ``val_set/`` with ``images/N.jpg`` and ``annotations/N_exp.npy``,
      ``N_val.npy``, ``N_aro.npy``, ``N_lnd.npy``. The images are cropped faces.

    A sample has ``valence`` and ``arousal`` (-1 to 1) if they were annotated. Images without an
    expression (codes 8 to 10: none, uncertain, no face) are left out and counted in the log. The
    test part was never published, so ``'test'`` and ``'val'`` are the official validation part, the
    basis of published results; with ``val_ratio``, ``'val'`` is drawn from the training part.

    Args:
        data_root: The folder with one of the forms.
        split: See :class:`ExpressionDataset`.
        num_classes: 8, or 7 without contempt.
        annotations: Read landmarks, box, valence and arousal. In the 2021 form these are three more
            files per image, so False starts faster.
        **options: The options of :class:`ExpressionDataset` without ``classes``.

    Raises:
        FileNotFoundError: If the data set, or one of its files, does not exist.
        ValueError: If both forms exist, or a row or an annotation is faulty: an expression outside
            0 to 10, landmarks that are not 68 points, ... Counts that differ from the official
            release only give a warning.

    Example:
        >>> train = dict(type='AffectNet', data_root='data/affectnet', split='train',
        ...              num_classes=7)
    """

    NAME = 'AffectNet'
    RENDERER = 'affectnet'
    IF_ABSENT = 'Unpack the images completely, or remove the row.'
    ASK = (
        'ask its owners at http://mohammadmahoor.com/pages/databases/affectnet/ (for research at '
        'institutions; "AffectNet: A database for facial expression, valence, and arousal '
        'computing in the wild", Mollahosseini, Hasani and Mahoor, IEEE Transactions on Affective '
        'Computing 10, 2019).'
    )
    LAYOUTS = (
        'training.csv, validation.csv and Manually_Annotated_Images/<folder>/<image>',
        'train_set/, val_set/ with images/N.jpg and annotations/N_{exp,val,aro,lnd}.npy',
    )

    def __init__(
        self,
        data_root: str = 'data/affectnet',
        split: str = 'train',
        *,
        num_classes: Literal[7, 8] = 8,
        annotations: bool = True,
        **options: Any,
    ) -> None:
        self._check_option('num_classes', num_classes, (7, 8))
        self.annotations = annotations
        self.left_out = AFFECTNET_CLASSES[num_classes:]
        super().__init__(data_root, split, classes=AFFECTNET_CLASSES[:num_classes], **options)

    def read_part(self, part: str) -> list[Sample]:
        """Read a part; without ``val_ratio``, the validation part is the test part."""
        return super().read_part('test' if part == 'val' and self.val_ratio == 0 else part)

    def read_samples(self, part: str) -> list[Sample]:
        """Read a part in the existing form."""
        form = self._form(part)
        read = read_csv if form == 'csv' else read_npy
        samples, left_out = [], Counter[str]()
        classes = self._metainfo['classes']
        for sample in read(self.root, part, self.annotations):
            code = sample['gt_label']
            if code < len(classes):
                samples.append(sample)
            else:
                left_out[{**NO_EXPRESSION, 7: AFFECTNET_CLASSES[7]}[code]] += 1
        if left_out:
            print_log(
                f'{left_out.total()} of {left_out.total() + len(samples)} {part} images of '
                f'"{self.root}" have none of the {len(classes)} classes and are left out: '
                f'{", ".join(f"{name} {count}" for name, count in sorted(left_out.items()))}.',
                logger='current',
            )
        compare_counts(
            'AffectNet',
            self.root,
            part,
            class_counts([sample['gt_label'] for sample in samples], classes),
            dict(zip(classes, AFFECTNET_COUNTS[form, part], strict=False)),
        )
        return samples

    def read_sidecar(self, samples: list[Sample], part: str) -> None:
        """Add the annotations of a sidecar, but no boxes to images that are cropped faces."""
        super().read_sidecar(samples, part)
        if self._form(part) == 'npy':
            for sample in samples:
                sample.pop('face_box', None)

    def _form(self, part: str) -> str:
        table: Path | None = find_csv(self.root, part)
        folder = self.root / NPY_FOLDERS[part]
        if table is not None and folder.is_dir():
            raise ValueError(
                f'"{self.root}" holds two forms of AffectNet: "{table}" and "{folder}". Their '
                'images differ (whole photographs, cropped faces). Keep each form in its own '
                'folder.'
            )
        if table is not None:
            return 'csv'
        if folder.is_dir():
            return 'npy'
        raise self.missing(f'{AFFECTNET_FILES[part]} and no {NPY_FOLDERS[part]}/')
