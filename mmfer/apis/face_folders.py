"""Folders of face crops: to calibrate an exported model, and to measure it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmfer.apis.inferencer import FERInferencer
from mmfer.datasets.files.folders import read_class_folders
from mmfer.faces import read_image
from mmfer.faces.image_folder import list_images

MOST_CALIBRATION_IMAGES = 256


def calibration_images(inferencer: FERInferencer, folder: Path) -> np.ndarray:
    """Images as the model sees them, (N, 3, H, W) float32, RGB from 0 to 255.

    Args:
        inferencer: The model, with its pipeline.
        folder: Face crops, also in subfolders; at most :data:`MOST_CALIBRATION_IMAGES` are taken,
            evenly spread over the sorted names.

    Raises:
        FileNotFoundError: If the folder does not exist or holds no image.
        ValueError: If an image cannot be read.
    """
    paths = list_images(folder)
    if not paths:
        raise FileNotFoundError(f'The folder "{folder}" holds no image. Give face crops.')
    chosen = np.linspace(0, len(paths) - 1, min(len(paths), MOST_CALIBRATION_IMAGES)).round()
    samples = (inferencer.sample(read_image(paths[int(index)])) for index in chosen)
    images = [inferencer.pipeline(sample)['inputs'].flip(0).numpy() for sample in samples]
    return np.stack(images).astype(np.float32)


def labelled_crops(inferencer: FERInferencer, folder: Path) -> list[tuple[Path, int]]:
    """The images of a folder with a subfolder for each class, and the numbers of their classes.

    Raises:
        FileNotFoundError: If the folder does not exist.
        ValueError: If the model predicts attributes, there is no image, a subfolder has no name of
            a class, or an image is next to the subfolders.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f'There is no folder "{folder}". Check the path.')
    if inferencer.loaded.of_attributes:
        raise ValueError(
            f'"{folder}" has one class for each face, but the model predicts attributes, of which '
            'a face has several. Test it by its data set: `mmfer test CONFIG CHECKPOINT`.'
        )
    classes = tuple(inferencer.classes)
    samples = read_class_folders(folder, classes)
    if not samples:
        raise ValueError(
            f'"{folder}" has no images. Give a subfolder with images for each class, with the '
            f'names {", ".join(classes)}.'
        )
    return [(Path(sample['img_path']), sample['gt_label']) for sample in samples]


def accuracy(inferencer: FERInferencer, crops: list[tuple[Path, int]]) -> float:
    """The share of face crops with the right class, from 0 to 1."""
    right = 0
    for batch in _batches(crops, inferencer.batch_size):
        scores = inferencer.classify([read_image(path) for path, _ in batch])
        for one, (_, label) in zip(scores, batch, strict=True):
            right += max(one, key=lambda name: one[name]) == inferencer.classes[label]
    return right / len(crops)


def _batches(crops: list[tuple[Path, int]], size: int) -> Iterator[list[tuple[Path, int]]]:
    return (crops[start : start + size] for start in range(0, len(crops), size))
