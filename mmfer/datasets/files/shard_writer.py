"""Writing of shards, see :mod:`mmfer.datasets.files.tar_shards`."""

import io
import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.dataset import BaseDataset
from PIL import Image

from mmfer.datasets.files.images import load_sample
from mmfer.datasets.files.tar_shards import MOST_BYTES
from mmfer.faces.image import IMAGE_SUFFIXES
from mmfer.faces.image_decoder import FORMATS
from mmfer.files import atomic_file
from mmfer.reading import check_regular

FIELDS = (
    'subject',
    'group',
    'face_box',
    'landmarks',
    'landmark_scores',
    'landmarks5',
)
"""The fields of a sample that are written beside its label, if known."""


def write_shards(
    dataset: BaseDataset, folder: Path, part: str, images_per_shard: int
) -> Iterator[Path]:
    """Write the samples of a data set in their order to ``<part>-<number>.tar``.

    Files are copied as they are; an image of a packed file is written as PNG. A file whose name has
    no suffix of an image gets that of its format. The shards are written to a folder
    ``<part>.unfinished`` first, and moved when all are complete, so that no reader takes a part of
    them for all.

    Args:
        dataset: A data set of single images with classes.
        folder: Where the shards are written.
        part: ``'train'``, ``'val'`` or ``'test'``.
        images_per_shard: The number of images in a shard, at least 1.

    Yields:
        The place of each shard when its images are written.

    Raises:
        FileExistsError: If the folder has shards of this part.
        FileNotFoundError: If an image does not exist.
        ValueError: If a sample has no class or no single image, or an image is damaged, too
            large or of an unknown format.
    """
    if old := sorted(folder.glob(f'{part}-*.tar')):
        raise FileExistsError(
            f'"{folder}" has {len(old)} shards of the {part} part, such as {old[0].name}. Give '
            'another folder, or remove them.'
        )
    unfinished = folder / f'{part}.unfinished'
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        for number, start in enumerate(range(0, len(dataset), images_per_shard)):
            path = unfinished / f'{part}-{number:06}.tar'
            indices = range(start, min(start + images_per_shard, len(dataset)))
            with atomic_file(path) as file, tarfile.open(fileobj=file, mode='w') as archive:
                _add_samples(archive, dataset, indices)
            yield folder / path.name
        for path in sorted(unfinished.iterdir()):
            path.rename(folder / path.name)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _add_samples(archive: tarfile.TarFile, dataset: BaseDataset, indices: range) -> None:
    classes = dataset.metainfo['classes']
    for index in indices:
        sample = dataset.get_data_info(index)
        suffix, image = _image(sample)
        _add(archive, f'{index:09}{suffix}', image)
        facts = json.dumps(_facts(sample, classes), ensure_ascii=False, allow_nan=False)
        _add(archive, f'{index:09}.json', facts.encode())


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _image(sample: Mapping[str, Any]) -> tuple[str, bytes]:
    path = sample['img_path']
    if not isinstance(path, str):
        raise ValueError(f'{path}: a sample of several images cannot be written to shards.')
    if 'packed_image' in sample:
        return '.png', cv2.imencode('.png', load_sample(sample))[1].tobytes()
    check_regular(path)
    if Path(path).stat().st_size > MOST_BYTES:
        raise ValueError(f'"{path}" has more than {MOST_BYTES} bytes. Compress the image.')
    content = Path(path).read_bytes()
    return _suffix(path, content), content


def _suffix(path: str, content: bytes) -> str:
    """The suffix of an image file, by its format if the name has none of an image."""
    suffix = Path(path).suffix.lower()
    if suffix not in IMAGE_SUFFIXES:
        with (
            suppress(OSError, ValueError, Image.DecompressionBombError),
            Image.open(io.BytesIO(content), formats=[*FORMATS, 'JPEG']) as image,
        ):
            suffix = f'.{image.format}'.lower()
    if suffix not in IMAGE_SUFFIXES:
        raise ValueError(
            f'The name of the image "{path}" has no suffix of an image, such as .png, and its '
            'format is unknown. Convert it to PNG or JPEG.'
        )
    return suffix


def _facts(sample: Mapping[str, Any], classes: tuple[str, ...]) -> dict[str, Any]:
    if sample.get('gt_label') is None:
        raise ValueError(f'{sample["img_path"]} has no class, which a sample of a shard needs.')
    facts = {'label': classes[sample['gt_label']]}
    for field in FIELDS:
        value = sample.get(field)
        if value is not None:
            facts[field] = value.tolist() if isinstance(value, np.ndarray) else value
    if sample.get('clean_label') is not None:
        facts['clean_label'] = classes[sample['clean_label']]
    if 'gt_score' in sample:
        facts['distribution'] = np.asarray(sample['gt_score']).tolist()
    return facts
