"""What a layout is."""

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
"""The annotation of an image in COCO's terms, see :mod:`mmfer.synthetic.truth`."""

FIVE_POINTS = ((36, 42), (42, 48), (30, 31), (48, 49), (54, 55))
"""Ranges of the 68 landmarks whose means are eyes, nose tip and mouth corners."""


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """The (5, 2) points of (68, 2) landmarks: left eye in the image, right eye, nose, mouth."""
    return np.stack([landmarks[a:b].mean(axis=0) for a, b in FIVE_POINTS])


def landmarks_of(truth: Truth) -> np.ndarray:
    """The (68, 2) landmarks of an annotation."""
    return np.reshape(truth['keypoints'], (68, 3))[:, :2]


def zoomed(options: Options, factor: float) -> Options:
    """Options with views that many times as wide."""
    low, high = (round(factor * zoom, 3) for zoom in options.conditions.zoom)
    return replace(options, conditions=replace(options.conditions, zoom=(low, high)))


def numbered(starts: Mapping[str, int], split: str, index: int) -> int:
    """The number of an image where all parts of a data set are counted through.

    Args:
        starts: The official first number of each split, in rising order.
        split: The split of the image.
        index: Position in the split, from 0.

    Raises:
        ValueError: If the number is one of the next split.
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

    Subclasses say which classes there are, how many samples each has and where files lie, and may
    choose people, scenes and further truth. A sample is an image or a clip.
    """

    name: str
    classes: tuple[str, ...]
    """Names, in the order of the label indices."""
    coarse: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of the coarse class of each class."""
    recipes: Mapping[str, Recipe]
    shares: Mapping[str, Sequence[float]]
    """Relative numbers of samples of the classes, for each split: ``train`` and ``test``, perhaps
    ``val``; or ``all`` alone, where readers split."""
    presets: Mapping[str, Preset] = PRESETS
    unit: str = 'img'
    """What a sample is called while it is rendered."""
    size: int | None = None
    """Width and height of every image, if the files can hold no other."""
    noisy_labels: bool = True
    """Whether labels of the training split can be moved to other classes."""

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""
        return tuple(self.shares)

    def adapted(self, options: Options) -> Options:
        """The options of a preset as this data set needs them."""
        return options

    def people(self, samples: int, per_person: int) -> list[int]:
        """The number of the person of each sample of a split, in rising order."""
        return [i // per_person for i in range(samples)]

    def person(self, rng: np.random.Generator) -> Person:
        """Draw a person."""
        return sample_person(rng)

    def staged(self, scene: Scene, rng: np.random.Generator) -> Scene:
        """The scene of a sample, perhaps with something changed."""
        return scene

    @abstractmethod
    def paths(self, split: str, index: int, label: int, truth: Truth) -> tuple[str, ...]:
        """Paths below the root of all files of a sample, given its annotation.

        The contact sheet shows the first.
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
        """Headings that a sample is an example of; none if it carries planted label noise."""
        label = truth['category_id'] - 1
        return (self.captions()[label],) if truth['clean_category_id'] - 1 == label else ()

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """Files that list all samples, given the annotations of each split in order."""
        return {}


class ImageLayout(Layout):
    """A layout whose samples are single images."""

    crop: tuple[float, tuple[float, float]] = (1.28, (0.02, -0.05))
    """The picture as a square around the box that mmfer's detector finds: its side in sides of
    the box, and the offset of its centre; medians over renderings, see docs/faces.md."""

    @abstractmethod
    def image_path(self, split: str, index: int, label: int) -> str:
        """Path below the root of the image that is trained on."""

    def paths(self, split: str, index: int, label: int, truth: Truth) -> tuple[str, ...]:
        """The image and its companions."""
        return (self.image_path(split, index, label), *self.companion_paths(split, index))

    def listed_name(self, split: str, index: int, label: int, counts: Mapping[str, int]) -> str:
        """The name of an image in the sidecar: its path, or where readers have it from.

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
        """Other files that go with an image, as paths below the root and their contents."""
        return {}

    def companion_paths(self, split: str, index: int) -> tuple[str, ...]:
        """Paths of :meth:`companions`."""
        return ()

    def completed(self, truth: Truth, person: Person, scene: Scene) -> Truth:
        """The annotation of an image with what this data set knows besides."""
        return truth

    def alignment(self, size: int) -> dict[str, Any]:
        """How the faces are cut out, in the terms of :func:`mmfer.faces.build_alignment`."""
        scale, shift = self.crop
        return {'type': 'box', 'size': size, 'scale': scale, 'shift': list(shift)}
