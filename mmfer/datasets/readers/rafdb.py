"""RAF-DB: seven basic expressions of faces from the internet."""

from pathlib import Path
from typing import Any, Literal

import numpy as np

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.text_files import read_lines
from mmfer.datasets.official_counts import class_counts, compare_counts
from mmfer.labels import RAFDB_CLASSES
from mmfer.registry import DATASETS

COUNTS = {
    'train': (1290, 281, 717, 4772, 1982, 705, 2524),
    'test': (329, 74, 160, 1185, 478, 162, 680),
}
"""The images of each class in the official release."""
GROUPS = {
    'gender': ('male', 'female', 'unsure'),
    'race': ('caucasian', 'african-american', 'asian'),
    'age': ('0-3', '4-19', '20-39', '40-69', '70+'),
}
"""What the numbers in the last three rows of a manual annotation mean."""


@DATASETS.register_module()
class RAFDB(ExpressionDataset):
    """RAF-DB (Li et al. 2017), basic expressions, as its owners hand it out.

    Read are ``EmoLabel/list_patition_label.txt`` (spelled so), ``Image/`` and, where they are,
    ``Annotation/manual`` (``group`` with gender, race and age) and ``Annotation/boundingbox``.
    Of original images a sample has ``landmarks5`` (5, 2) and ``face_box``, in their pixels too.
    The classes are surprise, fear, disgust, happiness, sadness, anger, neutral.

    Args:
        data_root: The folder with ``EmoLabel`` and ``Image``.
        split: See :class:`ExpressionDataset`.
        image: ``'aligned'`` (100 px, cropped by the owners) or ``'original'``.
        **options: The options of :class:`ExpressionDataset`.

    Raises:
        FileNotFoundError: If the data set or an image of the list is not there.
        ValueError: If a row of the list or an annotation is faulty. Other counts than the
            official ones are only warned of.

    Example:
        >>> train = dict(type='RAFDB', data_root='data/rafdb', split='train', image='aligned')
    """

    NAME = 'RAF-DB'
    LIST = 'EmoLabel/list_patition_label.txt'
    LAYOUTS = (
        LIST,
        "Image/aligned/ (or Image/original/ for image='original')",
        'Annotation/manual/ (where it is)',
    )
    RENDERER = 'rafdb'
    IF_ABSENT = 'Unpack the images below Image/ completely, or remove the row.'
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
        """Read a part of the list, with the annotations of its images."""
        if part == 'val':
            raise ValueError(
                'RAF-DB has no validation part of its own. Set val_ratio, such as 0.1, to carve '
                'one from the training images.'
            )
        samples = []
        for number, line in self._rows():
            where = f'{self.root / self.LIST}, line {number}'
            name, label = self._parse(line, where)
            if not name.startswith(f'{part}_'):
                continue
            # Some copies of the list name the aligned images.
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
            dict(zip(RAFDB_CLASSES, COUNTS[part], strict=True)),
        )
        return samples

    def _rows(self) -> list[tuple[int, str]]:
        path = self.root / self.LIST
        if path.is_file():
            return read_lines(path)
        absent = self.LIST
        if any((self.root / part / '1').is_dir() for part in ('train', 'test')):
            absent += (
                ', but class folders named by numbers. Copies differ in what the numbers mean, so '
                "read them as dict(type='ExpressionFolder', classes=[...], folders=['1', ...]) "
                'with the order of your copy'
            )
        raise self.missing(absent)

    @staticmethod
    def _parse(line: str, where: str) -> tuple[str, int]:
        fields = line.split()
        if len(fields) != 2 or not fields[0].startswith(('train_', 'test_')):
            raise ValueError(
                f'{where}: "{line}" is no row like "train_00001.jpg 5". Correct or remove it.'
            )
        if not fields[1].isdecimal() or not 1 <= int(fields[1]) <= len(RAFDB_CLASSES):
            raise ValueError(
                f'{where}: the label {fields[1]} is not one of 1 to {len(RAFDB_CLASSES)}. Correct '
                'the row; compound expressions are another list.'
            )
        return fields[0], int(fields[1]) - 1

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
    """The numbers of an annotation file, apart in the first so many and the rest."""
    try:
        text = ' '.join(line for _, line in read_lines(path))
        numbers = np.array(text.split(), dtype=np.float32)
    except ValueError as error:
        raise ValueError(f'{path}: {error}. Correct or remove the file.') from error
    if len(numbers) != count:
        raise ValueError(
            f'{path}: {len(numbers)} numbers instead of {count}. Correct or remove the file.'
        )
    return numbers[:first], numbers[first:]
