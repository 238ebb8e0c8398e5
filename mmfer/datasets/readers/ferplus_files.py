"""The two forms in which FERPlus is distributed."""

from pathlib import Path

import numpy as np

from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.fer2013_pixels import PixelRow
from mmfer.datasets.missing_dataset import missing_dataset
from mmfer.datasets.readers.ferplus_folders import LABELS, read_label_csv
from mmfer.datasets.readers.ferplus_own_labels import OWN_LABELS, read_own_labels
from mmfer.datasets.readers.ferplus_tables import join_tables
from mmfer.labels.releases import FER2013_USAGES, FERPLUS_FOLDERS

PIXELS = (
    *('fer2013/fer2013.csv', 'fer2013/icml_face_data.csv', 'icml_face_data.csv'),
    'fer2013.csv',
)
VOTES = 'fer2013new.csv'
SOURCES = {'folders': 'label.csv in its folder', 'csv': 'fer2013.csv and fer2013new.csv'}
"""The forms, and their names in the log."""
ASK = (
    'fer2013.csv at https://www.kaggle.com/c/challenges-in-representation-learning-facial-'
    'expression-recognition-challenge; fer2013new.csv, the script that makes the images of the '
    'folders, and in data/ the label.csv of each at https://github.com/microsoft/FERPlus '
    '("Training deep networks for facial expression recognition with crowd-sourced label '
    'distribution", Barsoum et al., ICMI 2016).'
)
LAYOUTS = (
    'FER2013Train/label.csv, FER2013Valid/label.csv and FER2013Test/label.csv beside the images',
    'fer2013.csv (or icml_face_data.csv, or either in fer2013/) with fer2013new.csv',
)


class FERPlusFiles:
    """FERPlus on disk, in either form.

    Args:
        root: The folder of the data set.
        layout: ``'folders'`` or ``'csv'``; None selects the form that exists.

    Raises:
        ValueError: If both forms exist and ``layout`` is None.
    """

    def __init__(self, root: Path, layout: str | None = None) -> None:
        self.root = root
        self.layout = layout or self._found()

    def rows(self, part: str) -> tuple[list[Sample], np.ndarray]:
        """All images of a part and their votes (N, 10).

        Raises:
            FileNotFoundError: If a file does not exist.
            ValueError: If a row is faulty, or the files do not match.
        """
        return self._folder(part) if self.layout == 'folders' else self._tables(part)

    def own_labels(self) -> dict[str, str]:
        """The text of FER2013's label for each image name.

        Raises:
            FileNotFoundError: If a file does not exist.
            ValueError: If a row is faulty.
        """
        if self.layout == 'folders':
            return read_own_labels(self._file(OWN_LABELS))
        return {f'row{i:05}': image.emotion for i, image in enumerate(self._images()[0])}

    def _found(self) -> str:
        folders = [f for f in FERPLUS_FOLDERS.values() if (self.root / f / LABELS).is_file()]
        pixels = self._find(*PIXELS)
        if folders and pixels is not None:
            raise ValueError(
                f'"{self.root}" has {folders[0]}/{LABELS} and {pixels.name}, whose votes differ. '
                "Set layout='folders' or layout='csv' in the config of the data set."
            )
        images = any((self.root / folder).is_dir() for folder in FERPLUS_FOLDERS.values())
        return 'folders' if folders or (images and pixels is None) else 'csv'

    def _folder(self, part: str) -> tuple[list[Sample], np.ndarray]:
        rows, votes = read_label_csv(self._file(f'{FERPLUS_FOLDERS[part]}/{LABELS}'))
        samples: list[Sample] = []
        for row in rows:
            samples.append({'img_path': str(row.path), 'where': row.where})
            if row.box is not None:
                samples[-1]['face_box'] = row.box
        return samples, votes

    def _tables(self, part: str) -> tuple[list[Sample], np.ndarray]:
        images, votes = self._images()
        pixel_file = self._file(*PIXELS)
        rows = [row for row, image in enumerate(images) if image.usage == FER2013_USAGES[part]]
        samples: list[Sample] = [
            {
                'img_path': f'{pixel_file}/row{row:05}',
                'packed_image': images[row].pixels,
                'where': images[row].where,
            }
            for row in rows
        ]
        return samples, votes[rows]

    def _images(self) -> tuple[list[PixelRow], np.ndarray]:
        return join_tables(self._file(*PIXELS), self._file(VOTES), FER2013_USAGES.values())

    def _find(self, *names: str) -> Path | None:
        return next((self.root / name for name in names if (self.root / name).is_file()), None)

    def _file(self, *names: str) -> Path:
        path = self._find(*names)
        if path is None:
            raise missing_dataset('FERPlus', self.root, names[-1], LAYOUTS, ASK, 'ferplus')
        return path
