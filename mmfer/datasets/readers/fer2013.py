"""FER2013: grey faces of 48 px, each with one label."""

from pathlib import Path
from typing import Any

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.class_matching import normal_form
from mmfer.datasets.files.fer2013_pixels import PixelRow, read_pixels
from mmfer.datasets.files.folders import list_subfolders, read_class_folders
from mmfer.datasets.official_counts import compare_counts
from mmfer.labels import FER2013_CLASSES
from mmfer.labels.releases import FER2013_COUNTS, FER2013_USAGES
from mmfer.registry import DATASETS

FILES = (
    *('fer2013/fer2013.csv', 'fer2013.csv'),
    *('fer2013/icml_face_data.csv', 'icml_face_data.csv'),
)
FOLDER_NAMES = ('angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral')


def emotion_code(text: str, where: str) -> int:
    """The label of FER2013, 0 to 6, from its text.

    Args:
        text: The label in the file.
        where: The file and the line, for the message.

    Raises:
        ValueError: If the text is not a label of FER2013.
    """
    if text not in map(str, range(len(FER2013_CLASSES))):
        names = ', '.join(f'{i} {name}' for i, name in enumerate(FER2013_CLASSES))
        raise ValueError(f'{where}: the emotion "{text}" is unknown. Write one of: {names}.')
    return int(text)


@DATASETS.register_module()
class FER2013(ExpressionDataset):
    """FER2013 (Goodfellow et al. 2013), with its original seven labels, many of which are wrong.

    The reader accepts two forms.

    - Kaggle's csv file, ``fer2013.csv`` or ``icml_face_data.csv``, with ``emotion``, ``pixels``
      and ``Usage``. ``PublicTest`` is the validation part, ``PrivateTest`` the test part.
    - Class folders ``train/<class>/`` and ``test/<class>/``, with FER2013's names (``angry``) or
      the names in :data:`mmfer.labels.FER2013_CLASSES`. Most copies have no validation part: set a
      ``val_ratio``, unless there is ``val/<class>/``.

    Args:
        data_root: The folder with the csv file, or with the class folders.
        split: ``'train'``, ``'val'``, ``'test'`` or ``'trainval'``. With a ``val_ratio``,
            ``'val'`` is drawn from the training part.
        **options: The options of :class:`ExpressionDataset` without ``classes``.

    Raises:
        FileNotFoundError: If the data set does not exist.
        ValueError: If both forms exist, a row is faulty, or the name of a folder is not a class.

    Example:
        >>> train = dict(type='FER2013', data_root='data/fer2013', split='train')
    """

    NAME = 'FER2013'
    RENDERER = None
    OWN_VALIDATION = True
    ASK = (
        'https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-'
        'recognition-challenge ("Challenges in representation learning", Goodfellow et al., 2013).'
    )
    LAYOUTS = (
        'fer2013.csv (or icml_face_data.csv)',
        'train/<class>/ and test/<class>/, perhaps val/<class>/',
    )

    def __init__(
        self, data_root: str = 'data/fer2013', split: str = 'train', **options: Any
    ) -> None:
        super().__init__(data_root, split, classes=FER2013_CLASSES, **options)

    def sidecar_parts(self) -> tuple[str, ...]:
        """The parts of the file, or of the folders, most of which have no validation part."""
        parts = super().sidecar_parts()
        return parts if self.has_validation() else tuple(part for part in parts if part != 'val')

    def has_validation(self) -> bool:
        """Whether there is the csv file, or ``val/``."""
        on_disk = self._csv() is not None or (self.root / 'val').is_dir()
        return on_disk and super().has_validation()

    def read_samples(self, part: str) -> list[Sample]:
        """The rows of the file or the images of the folders.

        Raises:
            FileNotFoundError: If there is no file and no folder.
            ValueError: If there are both.
        """
        path, folder = self._csv(), self.root / part
        if path is not None:
            if (self.root / 'train').is_dir():
                raise ValueError(
                    f'"{self.root}" has {path.name} and class folders, which may differ. Remove '
                    'the csv file or the class folders, or move one of them to another folder.'
                )
            rows = enumerate(read_pixels(path))
            samples = [
                _sample(path, i, row) for i, row in rows if _usage(row) == FER2013_USAGES[part]
            ]
            return self._counted(samples, part, FER2013_COUNTS[part])
        if not folder.is_dir():
            hint = ' (set val_ratio to draw it from the training part)' if part == 'val' else ''
            absent = f'{FILES[1]} and no {part}/{hint}'
            raise self.missing(absent)
        names = {normal_form(sub.name) for sub in list_subfolders(folder)}
        published = names <= set(FOLDER_NAMES)
        samples = read_class_folders(folder, FOLDER_NAMES if published else FER2013_CLASSES)
        # Without val/, the folders of the test part hold both halves.
        whole = part == 'test' and not self.has_validation()
        halves = ('val', 'test') if whole else (part,)
        return self._counted(samples, part, sum(FER2013_COUNTS[half] for half in halves))

    def _counted(self, samples: list[Sample], part: str, official: int) -> list[Sample]:
        counts = {'all': len(samples)}, {'all': official}
        compare_counts(self.NAME, self.root, part, *counts)
        return samples

    def _csv(self) -> Path | None:
        return next((self.root / name for name in FILES if (self.root / name).is_file()), None)


def _usage(row: PixelRow) -> str:
    if row.usage not in FER2013_USAGES.values():
        raise ValueError(
            f'{row.where}: the usage "{row.usage}" is not one of '
            f'{", ".join(FER2013_USAGES.values())}. Download the file again.'
        )
    return row.usage


def _sample(path: Path, number: int, row: PixelRow) -> Sample:
    return {
        'img_path': f'{path}/row{number:05}',
        'packed_image': row.pixels,
        'where': row.where,
        'gt_label': emotion_code(row.emotion, row.where),
    }
