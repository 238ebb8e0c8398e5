"""MS-Celeb-1M: faces with identities, to pretrain on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.datasets.face_dataset import FaceDataset, Sample
from mmfer.datasets.folders import list_images, list_subfolders
from mmfer.datasets.images import find_problem
from mmfer.datasets.missing import missing_dataset
from mmfer.datasets.recordio import RecordImage, read_image_records
from mmfer.datasets.split import carve_validation
from mmfer.registry import DATASETS


class Faces(Sequence):
    """The samples of a large data set, made when they are asked for.

    Args:
        paths: The N image files, or the one record file.
        labels: The classes, (N,).
        records: The number and offset of the records, (N, 2), if ``paths`` is a record file.
    """

    def __init__(
        self, paths: np.ndarray | str, labels: np.ndarray, records: np.ndarray | None = None
    ) -> None:
        self.paths, self.labels, self.records = paths, labels, records

    def take(self, chosen: np.ndarray | slice) -> 'Faces':
        """Some of the samples."""
        if self.records is None:
            return Faces(self.paths[chosen], self.labels[chosen])
        return Faces(self.paths, self.labels[chosen], self.records[chosen])

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.take(index)
        label = int(self.labels[index])
        if self.records is None:
            return {'img_path': str(self.paths[index]), 'gt_label': label}
        number, offset = self.records[index].tolist()
        return {
            'img_path': f'{self.paths}/{number:07}',
            'gt_label': label,
            'packed_image': RecordImage(str(self.paths), offset),
        }
