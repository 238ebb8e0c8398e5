"""The images of a data set in which :mod:`mmfer.faces.preparation.prepare` finds faces."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmfer.datasets.face_dataset import FaceDataset, Sample
from mmfer.datasets.files.images import PackedImage
from mmfer.datasets.sidecar import image_name
from mmfer.faces.detection.face_finder import Picture
from mmfer.faces.image import read_image
from mmfer.registry import DATASETS

PREPARED: dict[str, dict[str, Any]] = {
    'affectnet': {'type': 'AffectNet'},
    'casme2': {'type': 'CASME2'},
    'celeba': {'type': 'CelebA'},
    'ferplus': {'type': 'FERPlus'},
    'fgemotions': {'type': 'FGEmotions'},
    'folder': {'type': 'ExpressionFolder', 'classes': ('face',)},  # no class is looked at
    'ifer': {'type': 'IFER'},
    'rafdb': {'type': 'RAFDB'},
    'rafdb_original': {'type': 'RAFDB', 'image': 'original'},
}
"""The readers that take a sidecar, by the name of the layout."""


def load_packed(image: PackedImage) -> np.ndarray:
    """An image that lies in a file with others, (H, W, 3) uint8 RGB.

    Raises:
        FileNotFoundError: If the file is not there.
        ValueError: If the image is damaged.
    """
    return cv2.cvtColor(image.load(), cv2.COLOR_BGR2RGB)


def sidecar_pictures(
    layout: str, root: str | Path, parts: Sequence[str] = ()
) -> dict[str, list[Picture]]:
    """The pictures of each part of a data set that has a sidecar of its own.

    Args:
        layout: A name of :data:`PREPARED`.
        root: The folder of the data set.
        parts: The parts; all if empty.

    Raises:
        FileNotFoundError: If the data set, or an image that it lists, is not there.
        ValueError: If the layout or a part is not known, or an entry of the data set is wrong.
    """
    if layout not in PREPARED:
        raise ValueError(f'There is no layout "{layout}". Use one of: {", ".join(PREPARED)}.')
    # The package's, whatever registries a caller has in scope.
    reader: FaceDataset = DATASETS.build(
        {**PREPARED[layout], 'data_root': str(root), 'lazy_init': True, 'sidecar': False}
    )
    reader.check_root()
    known = reader.sidecar_parts()
    unknown = [part for part in parts if part not in known]
    if unknown:
        raise ValueError(
            f'The data set under "{root}" has no part {", ".join(unknown)}. It has: '
            f'{", ".join(known)}.'
        )
    return {
        part: [_picture(sample, reader.root) for sample in reader.sidecar_samples(part)]
        for part in parts or known
    }


def _picture(sample: Sample, root: Path) -> Picture:
    path, packed = sample['img_path'], sample.get('packed_image')
    load = partial(read_image, path) if packed is None else partial(load_packed, packed)
    return Picture(image_name(path, root), load, sample.get('face_box'))
