"""Inputs of a model, to lay maps over the faces."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import pseudo_collate
from torch import Tensor

from mmfer.apis import FERInferencer
from mmfer.apis.model import TrainedModel
from mmfer.faces import read_image
from mmfer.protocols import views_of


@dataclass(frozen=True)
class ModelInput:
    """The output of a pipeline for a face."""

    sample: dict[str, Any]
    """``inputs`` and ``data_samples``."""
    title: str
    """The name of the image file, and the annotation."""
    views: int = 1
    """Number of square images, stacked vertically; the first is the face."""

    @property
    def image(self) -> np.ndarray:
        """The face, (H, W, 3) uint8 RGB."""
        strip = self.sample['inputs'].numpy()[::-1].transpose(1, 2, 0)
        return np.ascontiguousarray(strip[: len(strip) // self.views])

    def tensor(self, model: Any) -> Tensor:
        """The normalized image (1, 3, H, W)."""
        return model.data_preprocessor(pseudo_collate([self.sample]), False)['inputs']


def read_inputs(trained: FERInferencer, paths: Iterable[str | Path]) -> list[ModelInput]:
    """Read face crops from files and apply the test pipeline of a model.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a file is not an image.
    """
    found = []
    for path in paths:
        sample = trained.pipeline({**trained.sample(read_image(path)), 'img_path': str(path)})
        found.append(ModelInput(sample, Path(path).name, views_of(trained.model)))
    return found


def draw_inputs(trained: FERInferencer, split: str, num: int, seed: int) -> list[ModelInput]:
    """Draw faces at random from a data set of a model.

    Args:
        trained: A model with its config.
        split: ``'train'``, ``'val'`` or ``'test'``.
        num: Number of faces; a smaller data set gives all its faces.
        seed: Seed of the draw; models with the same data set get the same faces.

    Raises:
        ValueError: If ``num`` is not positive, or the config has no such split.
    """
    if num < 1:
        raise ValueError(f'{num} faces: give at least 1.')
    dataset = TrainedModel(trained.config, trained.model).dataset(split)
    chosen = np.random.default_rng(seed).permutation(len(dataset))[:num]
    found = []
    for index in map(int, chosen):
        info = dataset.get_data_info(index)
        title = Path(info.get('img_path') or str(index)).name
        if np.ndim(info.get('gt_label', ())) == 0:
            title += '\n' + trained.classes[int(info['gt_label'])]
        found.append(ModelInput(dataset[index], title, views_of(trained.model)))
    return found
