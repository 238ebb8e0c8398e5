"""The images of a data set for :mod:`mmfer.faces.preparation.prepare`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmfer.datasets.face_dataset import FaceDataset, Sample
from mmfer.datasets.files.images import PackedImage
from mmfer.datasets.sidecar import image_name
from mmfer.faces.detection.face_finder import FaceJob
from mmfer.faces.image import read_image
from mmfer.registry import DATASETS

PREPARED: dict[str, dict[str, Any]] = {
    'affectnet': {'type': 'AffectNet'},
    'casme2': {'type': 'CASME2'},
    'casme3': {'type': 'CASME3'},
    'casme_squared': {'type': 'CASMESquared'},
    'celeba': {'type': 'CelebA'},
    'ferplus': {'type': 'FERPlus'},
    'fgemotions': {'type': 'FGEmotions'},
    'folder': {'type': 'ExpressionFolder', 'classes': ('face',)},  # classes are ignored
    'ifer': {'type': 'IFER'},
    'mmew': {'type': 'MMEW'},
    'rafdb': {'type': 'RAFDB'},
    'rafdb_original': {'type': 'RAFDB', 'image': 'original'},
    'samm': {'type': 'SAMM'},
    'smic': {'type': 'SMIC'},
}
"""The readers that accept a sidecar, by the name of the layout."""


def load_packed(image: PackedImage) -> np.ndarray:
    """Read an image from a packed file, (H, W, 3) uint8 RGB.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the image is damaged.
    """
    return cv2.cvtColor(image.load(), cv2.COLOR_BGR2RGB)


def sidecar_jobs(
    layout: str, root: str | Path, parts: Sequence[str] = ()
) -> dict[str, list[FaceJob]]:
    """The images of each part of a data set that has its own sidecar.

    Args:
        layout: A name of :data:`PREPARED`.
        root: The folder of the data set.
        parts: The parts; all if empty.

    Raises:
        FileNotFoundError: If the data set, or one of its images, does not exist.
        ValueError: If the layout or a part is unknown, or an entry of the data set is wrong.
    """
    if layout not in PREPARED:
        raise ValueError(f'There is no layout "{layout}". Use one of: {", ".join(PREPARED)}.')
    # Built in the scope of mmfer, regardless of the current default scope.
    reader: FaceDataset = DATASETS.build(
        {**PREPARED[layout], 'data_root': str(root), 'lazy_init': True, 'sidecar': False}
    )
    reader.check_root()
    known = reader.sidecar_parts()
    unknown = [part for part in parts if part not in known]
    if unknown:
        raise ValueError(
            f'The data set under "{root}" has no part {", ".join(unknown)}. Its parts are: '
            f'{", ".join(known)}.'
        )
    return {
        part: [_job(sample, reader.root) for sample in reader.sidecar_samples(part)]
        for part in parts or known
    }


def _job(sample: Sample, root: Path) -> FaceJob:
    path, packed = sample['img_path'], sample.get('packed_image')
    name, box = image_name(path, root), sample.get('face_box')
    if packed is not None:
        return FaceJob(name, partial(load_packed, packed), box, pack=path)
    return FaceJob(name, partial(read_image, path), box, path)
