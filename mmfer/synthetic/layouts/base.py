"""What a layout is."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mmfer.synthetic.expressions import Recipe
from mmfer.synthetic.people import Group

FIVE_POINTS = ((36, 42), (42, 48), (30, 31), (48, 49), (54, 55))
"""Ranges of the 68 landmarks whose means are eyes, nose tip and mouth corners."""


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """The (5, 2) points of (68, 2) landmarks: left eye in the image, right eye, nose, mouth."""
    return np.stack([landmarks[a:b].mean(axis=0) for a, b in FIVE_POINTS])


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + '.partial')
    with temporary.open('wb') as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


class Layout(ABC):
    """The files of a real data set, written for rendered images.

    Subclasses say which classes there are, how many images each has and where files lie.
    """

    name: str
    classes: tuple[str, ...]
    """Names, in the order of the label indices."""
    coarse: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of the coarse class of each class."""
    recipes: Mapping[str, Recipe]
    shares: Mapping[str, Sequence[float]]
    """Relative numbers of images of the classes, for each split."""

    @abstractmethod
    def image_path(self, split: str, index: int, label: int) -> str:
        """Path below the root of the image that is trained on."""

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

    def lists(self, labels: Mapping[str, Sequence[int]]) -> dict[str, bytes]:
        """Files that list all images, given the labels of each split."""
        return {}
