"""The layout of RAF-DB, single-label subset."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mmfer.labels import RAFDB_CLASSES
from mmfer.labels.releases import RAFDB_COUNTS
from mmfer.synthetic.expressions.basic_expressions import BASIC_RECIPES
from mmfer.synthetic.expressions.basic_variants import BASIC_VARIANTS
from mmfer.synthetic.layouts.layout import ImageLayout, Truth, five_points
from mmfer.synthetic.people.random_people import Group


class RAFDBLayout(ImageLayout):
    """RAF-DB's own folders and files, with its class frequencies.

    - ``EmoLabel/list_patition_label.txt``: ``train_00001.jpg 5``, classes 1 to 7
    - ``Image/aligned/train_00001_aligned.jpg``
    - ``Image/original/train_00001.jpg``: the same image, because renderings are face crops
    - ``Annotation/manual/train_00001_manu_attri.txt``: five rows x, y (eyes, nose tip, mouth
      corners; left in the image first), then one row each for gender, race and age group
    - ``Annotation/boundingbox/train_00001_boundingbox.txt``: x1, y1, x2, y2

    Numbers have five digits in train and four in test.
    """

    name = 'rafdb'
    classes = coarse = RAFDB_CLASSES
    parents = tuple(range(len(RAFDB_CLASSES)))
    recipes = BASIC_RECIPES
    variants = BASIC_VARIANTS
    shares = RAFDB_COUNTS

    def _stem(self, split: str, index: int) -> str:
        return f'{split}_{index + 1:0{5 if split == "train" else 4}d}'

    def image_path(self, split: str, index: int, label: int) -> str:
        """Path of the aligned image below the root."""
        return f'Image/aligned/{self._stem(split, index)}_aligned.jpg'

    def companion_paths(self, split: str, index: int) -> tuple[str, ...]:
        """The original image, the manual attributes and the bounding box."""
        stem = self._stem(split, index)
        return (
            f'Image/original/{stem}.jpg',
            f'Annotation/manual/{stem}_manu_attri.txt',
            f'Annotation/boundingbox/{stem}_boundingbox.txt',
        )

    def companions(
        self,
        split: str,
        index: int,
        jpeg: bytes,
        landmarks: np.ndarray,
        box: Sequence[float],
        group: Group,
    ) -> dict[str, bytes]:
        """Contents of :meth:`companion_paths`."""
        points = [f'{x:.3f}\t{y:.3f}\n' for x, y in five_points(landmarks)]
        manual = ''.join(points) + f'{group.gender}\n{group.race}\n{group.age}\n'
        bounding_box = ' '.join(f'{v:.3f}' for v in box) + '\n'
        contents = (jpeg, manual.encode(), bounding_box.encode())
        return dict(zip(self.companion_paths(split, index), contents, strict=True))

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """The list of all images with their official labels, 1 to 7."""
        rows = [
            f'{self._stem(split, i)}.jpg {truth["category_id"]}\n'
            for split in self.splits
            for i, truth in enumerate(annotations[split])
        ]
        return {'EmoLabel/list_patition_label.txt': ''.join(rows).encode()}
