"""The base classes of layouts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.synthetic.expressions.basic_expressions import Recipe
from mmfer.synthetic.layouts.encoding import encode_jpeg
from mmfer.synthetic.layouts.presets import PRESETS, Options, Preset
from mmfer.synthetic.people.random_people import Group, sample_person
from mmfer.synthetic.render.scene import Person, Scene

Truth = dict[str, Any]
"""The annotation of an image in COCO's format, see :mod:`mmfer.synthetic.truth`."""

FIVE_POINTS = ((36, 42), (42, 48), (30, 31), (48, 49), (54, 55))
"""Ranges of the 68 landmarks whose means are eyes, nose tip and mouth corners."""


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """The five points (5, 2) of landmarks (68, 2): eyes, nose tip, mouth corners; left first."""
    return np.stack([landmarks[a:b].mean(axis=0) for a, b in FIVE_POINTS])


def landmarks_of(truth: Truth) -> np.ndarray:
    """The (68, 2) landmarks of an annotation."""
    return np.reshape(truth['keypoints'], (68, 3))[:, :2]


def zoomed(options: Options, factor: float) -> Options:
    """Options whose views are wider by ``factor``."""
    low, high = (round(factor * zoom, 3) for zoom in options.conditions.zoom)
    return replace(options, conditions=replace(options.conditions, zoom=(low, high)))


def numbered(starts: Mapping[str, int], split: str, index: int) -> int:
    """The number of an image in a data set whose numbers continue over all splits.

    Args:
        starts: The official first number of each split, in ascending order.
        split: The split of the image.
        index: Position in the split, from 0.

    Raises:
        ValueError: If the number belongs to the next split.
    """
    number = starts[split] + index
    following = [start for start in starts.values() if start > starts[split]]
    if following and number >= min(following):
        raise ValueError(
            f'The {split} part has room for {min(following) - starts[split]} images, as the '
            'official one, and more were asked for. Ask for fewer images.'
        )
    return number


class Layout(ABC):
    """The files of a real data set, written for rendered samples.

    Subclasses define the classes, the number of samples of each class and the paths of the files,
    and may change people, scenes and annotations. A sample is an image or a clip.
    """

    name: str
    classes: tuple[str, ...]
    """Names, in the order of the label indices."""
    coarse: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of the coarse class of each class."""
    recipes: Mapping[str, Recipe]
    variants: Mapping[str, Sequence[Recipe]] = {}
    """Further recipes of some classes, drawn under :attr:`Conditions.variants`."""
    shares: Mapping[str, Sequence[float]]
    """Relative numbers of samples of the classes, for each split: ``train``, ``test`` and
    optionally ``val``; or only ``all``, where the reader makes the split."""
    presets: Mapping[str, Preset] = PRESETS
    unit: str = 'img'
    """Name of a sample in the progress bar."""
    size: int | None = None
    """Width and height of every image, if the format of the files fixes the size."""
    noisy_labels: bool = True
    """Whether labels of the training split can be moved to other classes."""

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""
        return tuple(self.shares)

    def adapted(self, options: Options) -> Options:
        """The options of a preset, adapted to this data set."""
        return options

    def people(self, samples: int, per_person: int) -> list[int]:
        """Index of the person of each sample of a split, in ascending order."""
        return [i // per_person for i in range(samples)]

    def person(self, rng: np.random.Generator) -> Person:
        """Draw a person."""
        return sample_person(rng)

    def staged(self, scene: Scene, rng: np.random.Generator) -> Scene:
        """The scene of a sample, with the changes that this data set needs."""
        return scene

    @abstractmethod
    def paths(self, split: str, index: int, label: int, truth: Truth) -> tuple[str, ...]:
        """Paths below the root of all files of a sample, given its annotation.

        The contact sheet shows the first file.
        """

    def categories(self) -> list[dict[str, Any]]:
        """COCO's categories; their ids are label indices + 1."""
        return [
            {'id': i + 1, 'name': name, 'supercategory': self.coarse[parent]}
            for i, (name, parent) in enumerate(zip(self.classes, self.parents, strict=True))
        ]

    def captions(self) -> tuple[str, ...]:
        """Headings of the contact sheet."""
        names = ((self.coarse[p], c) for c, p in zip(self.classes, self.parents, strict=True))
        return tuple(c if coarse == c else f'{coarse}: {c}' for coarse, c in names)

    def captions_of(self, truth: Truth) -> tuple[str, ...]:
        """Headings under which the contact sheet may show a sample; none if its label is noisy."""
        label = truth['category_id'] - 1
        return (self.captions()[label],) if truth['clean_category_id'] - 1 == label else ()

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """Files that list all samples, given the annotations of each split in order."""
        return {}


class ImageLayout(Layout):
    """A layout whose samples are single images."""

    crop: tuple[float, tuple[float, float]] = (1.28, (0.02, -0.05))
    """Side and center offset of the image, a square around the box of mmfer's detector, in sides
    of the box; medians over renderings, see docs/faces.md."""
    close_crop: tuple[float, tuple[float, float]] = (1.175, (0.02, 0.015))
    """The same under :attr:`Conditions.close`; medians over 263 faces of ``photographs``."""

    @abstractmethod
    def image_path(self, split: str, index: int, label: int) -> str:
        """Path of the image for training, relative to the root."""

    def paths(self, split: str, index: int, label: int, truth: Truth) -> tuple[str, ...]:
        """The image and its companions."""
        return (self.image_path(split, index, label), *self.companion_paths(split, index))

    def listed_name(self, split: str, index: int, label: int, counts: Mapping[str, int]) -> str:
        """The name of an image in the sidecar: its path, or the place where readers find it.

        ``counts`` are the numbers of images of the splits.
        """
        return self.image_path(split, index, label)

    def encode(self, image: np.ndarray) -> bytes:
        """The file of an (H, W, 3) RGB image."""
        return encode_jpeg(image)

    def companions(
        self,
        split: str,
        index: int,
        jpeg: bytes,
        landmarks: np.ndarray,
        box: Sequence[float],
        group: Group,
    ) -> dict[str, bytes]:
        """Contents of the other files of an image, keyed by path below the root."""
        return {}

    def companion_paths(self, split: str, index: int) -> tuple[str, ...]:
        """Paths of :meth:`companions`."""
        return ()

    def completed(self, truth: Truth, person: Person, scene: Scene) -> Truth:
        """The annotation of an image with the additional fields of this data set."""
        return truth

    def alignment(self, size: int, close: bool = False) -> dict[str, Any]:
        """Config of the face crop for :func:`mmfer.faces.build_alignment`."""
        scale, shift = self.close_crop if close else self.crop
        return {'type': 'box', 'size': size, 'scale': scale, 'shift': list(shift)}
