"""RAF-DB: faces from the internet with seven basic expressions."""

from pathlib import Path
from typing import Any, Literal

import numpy as np

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.text_files import read_lines, spaced_fields
from mmfer.datasets.official_counts import class_counts, compare_counts
from mmfer.labels import RAFDB_CLASSES
from mmfer.labels.releases import RAFDB_COUNTS
from mmfer.reading import whole_number
from mmfer.registry import DATASETS

GROUPS = {
    'gender': ('male', 'female', 'unsure'),
    'race': ('caucasian', 'african-american', 'asian'),
    'age': ('0-3', '4-19', '20-39', '40-69', '70+'),
}
"""The meaning of the numbers in the last three rows of a manual annotation."""


@DATASETS.register_module()
class RAFDB(ExpressionDataset):
    """RAF-DB (Li et al. 2017), basic expressions, in the official layout.

    The reader needs ``EmoLabel/list_patition_label.txt`` (the official spelling) and ``Image/``,
    and reads ``Annotation/manual`` (``group`` with gender, race and age) and
    ``Annotation/boundingbox`` if they exist. Samples of original images also have ``landmarks5``
    (5, 2) and ``face_box`` in pixels of these images. The classes are surprise, fear, disgust,
    happiness, sadness, anger, neutral.

    Args:
        data_root: The folder with ``EmoLabel`` and ``Image``.
        split: See :class:`ExpressionDataset`.
        image: ``'aligned'`` (100 px, cropped by the owners) or ``'original'``.
        **options: The options of :class:`ExpressionDataset`.

    Raises:
        FileNotFoundError: If the data set or an image of the list does not exist.
        ValueError: If a row of the list or an annotation is faulty. Counts that differ from the
            official release only give a warning.

    Example:
        >>> train = dict(type='RAFDB', data_root='data/rafdb', split='train', image='aligned')
    """

    NAME = 'RAF-DB'
    LIST = 'EmoLabel/list_patition_label.txt'
    LAYOUTS = (
        LIST,
        "Image/aligned/ (or Image/original/ for image='original')",
        'Annotation/manual/ (optional)',
    )
    RENDERER = 'rafdb'
    IF_ABSENT = 'Unpack all images in Image/, or remove the row.'
    ASK = (
        'ask its owners at http://www.whdeng.cn/RAF/model1.html (for research at institutions; '
        '"Reliable crowdsourcing and deep locality-preserving learning for expression recognition '
        'in the wild", Li, Deng and Du, CVPR 2017).'
    )

    def __init__(
        self,
        data_root: str = 'data/rafdb',
        split: str = 'train',
        *,
        image: Literal['aligned', 'original'] = 'aligned',
        **options: Any,
    ) -> None:
        if image not in ('aligned', 'original'):
            raise ValueError(f"RAFDB(image={image!r}): choose 'aligned' or 'original'.")
        self.image = image
        super().__init__(data_root, split, classes=RAFDB_CLASSES, **options)

    def read_samples(self, part: str) -> list[Sample]:
        """Read a part of the list, with the annotations of the images.

        Raises:
            ValueError: If the part is the validation part, which RAF-DB does not have.
        """
        if part == 'val':
            raise ValueError(
                'RAF-DB has no validation part. Set val_ratio, such as 0.1, to draw one from the '
                'training images.'
            )
        samples = []
        for number, line in self._rows():
            where = f'{self.root / self.LIST}, line {number}'
            name, label = self._parse(line, where)
            if not name.startswith(f'{part}_'):
                continue
            # Some copies of the list contain the names of the aligned images.
            stem = Path(name).stem.removesuffix('_aligned')
            file = f'{stem}_aligned.jpg' if self.image == 'aligned' else f'{stem}.jpg'
            path = self.root / 'Image' / self.image / file
            samples.append(
                {'img_path': str(path), 'gt_label': label, 'where': where, **self._attributes(stem)}
            )
        compare_counts(
            'RAF-DB',
            self.root,
            part,
            class_counts([sample['gt_label'] for sample in samples], RAFDB_CLASSES),
            dict(zip(RAFDB_CLASSES, RAFDB_COUNTS[part], strict=True)),
        )
        return samples

    def _rows(self) -> list[tuple[int, str]]:
        path = self.root / self.LIST
        if path.is_file():
            return read_lines(path)
        absent = self.LIST
        if any((self.root / part / '1').is_dir() for part in ('train', 'test')):
            absent += (
                ', but class folders named by numbers. The meaning of the numbers differs between '
                "copies, so read the folders as dict(type='ExpressionFolder', classes=[...], "
                "folders=['1', ...]) with the order of your copy"
            )
        raise self.missing(absent)

    @staticmethod
    def _parse(line: str, where: str) -> tuple[str, int]:
        fields = spaced_fields(line, where)
        if len(fields) != 2 or not fields[0].startswith(('train_', 'test_')):
            raise ValueError(
                f'{where}: "{line}" is not a row such as "train_00001.jpg 5". Correct or remove '
                'the row.'
            )
        label = whole_number(fields[1])
        if label is None or not 1 <= label <= len(RAFDB_CLASSES):
            raise ValueError(
                f'{where}: the label {fields[1][:20]} is not one of 1 to {len(RAFDB_CLASSES)}. '
                'Correct the row; compound expressions have another list.'
            )
        return fields[0], label - 1

    def _attributes(self, stem: str) -> Sample:
        result: Sample = {}
        manual = self.root / 'Annotation' / 'manual' / f'{stem}_manu_attri.txt'
        if manual.is_file():
            points, codes = _numbers(manual, 13, 10)
            result['group'] = {}
            for code, (attribute, names) in zip(codes, GROUPS.items(), strict=True):
                if code not in range(len(names)):
                    raise ValueError(
                        f'{manual}: {attribute} {code:g} is not one of 0 to {len(names) - 1}. '
                        'Correct or remove the file.'
                    )
                result['group'][attribute] = names[int(code)]
            if self.image == 'original':
                result['landmarks5'] = points.reshape(5, 2)
        box = self.root / 'Annotation' / 'boundingbox' / f'{stem}_boundingbox.txt'
        if self.image == 'original' and box.is_file():
            result['face_box'] = _numbers(box, 4, 4)[0]
        return result


def _numbers(path: Path, count: int, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Read the numbers of an annotation file, split into the ``first`` numbers and the rest."""
    try:
        rows = [spaced_fields(line, f'line {number}') for number, line in read_lines(path)]
        numbers = np.array([field for row in rows for field in row], dtype=np.float32)
        if not np.isfinite(numbers).all():
            raise ValueError('a number is not finite')
    except ValueError as error:
        reason = str(error).removesuffix('.')
        raise ValueError(f'{path}: {reason}. Correct or remove the file.') from error
    if len(numbers) != count:
        raise ValueError(
            f'{path}: {len(numbers)} numbers instead of {count}. Correct or remove the file.'
        )
    return numbers[:first], numbers[first:]
