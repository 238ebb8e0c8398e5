"""The layout of CelebA."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.labels import CELEBA_ATTRIBUTES
from mmfer.labels.releases import CELEBA_IMAGES, CELEBA_PARTS, CELEBA_STARTS
from mmfer.synthetic.expressions.basic_expressions import Recipe
from mmfer.synthetic.layouts.layout import (
    ImageLayout,
    Truth,
    five_points,
    landmarks_of,
    numbered,
    zoomed,
)
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.people.celeba_attributes import SHOWN, attributes
from mmfer.synthetic.people.celebrities import sample_celebrity
from mmfer.synthetic.render.scene import Person, Scene

POINTS = ('lefteye', 'righteye', 'nose', 'leftmouth', 'rightmouth')
IMAGES_PER_IDENTITY = 2
WIDER = 1.2
"""Factor on the width of the view: CelebA's images show the hair, which many attributes need."""
BLURRY = 0.051
BLUR = (1.5, 2.2)

MOUTHS = {
    'closed': Recipe({}, source='No action unit.'),
    'closed smile': Recipe({'6': 0.5, '12': 0.9}, source='6+12, the Duchenne smile.'),
    'open': Recipe({'25': 0.8, '26': 0.6}, source='25+26, parted lips and a dropped jaw.'),
    'open smile': Recipe(
        {'6': 0.7, '12': 1.0, '25': 0.9, '26': 0.4, '10': 0.2},
        source='6+12+25+26, the Duchenne smile; 10 bares the teeth, ours.',
    ),
}


class CelebALayout(ImageLayout):
    """CelebA's folder and lists, with square images.

    - ``img_align_celeba/000001.jpg``; each part begins at its official first number
    - ``list_attr_celeba.txt``: number of images, the 40 names, then 1, -1, or 0 for unknown
    - ``list_eval_partition.txt``: 0, 1 or 2 for train, val and test
    - ``list_landmarks_align_celeba.txt``: x and y of five points, whole pixels

    Traits of people, smiles and blur are as frequent as in CelebA where the renderer can draw
    them, see :mod:`mmfer.synthetic.people.celebrities`. The attributes of an image follow from the
    rendered person and scene (:mod:`mmfer.synthetic.people.celeba_attributes`). Each identity has
    two images, so that there are many people. The label in the plan describes only the mouth: 48 %
    of the images smile and 48 % have an open mouth, as in CelebA.
    """

    name = 'celeba'
    classes = coarse = tuple(MOUTHS)
    parents = tuple(range(len(MOUTHS)))
    recipes = MOUTHS
    shares = dict.fromkeys(('train', 'val', 'test'), (0.403, 0.114, 0.115, 0.368))
    noisy_labels = False
    crop = (1.59, (0.02, -0.05))
    partitions = CELEBA_PARTS
    starts = CELEBA_STARTS

    def adapted(self, options: Options) -> Options:
        """The preset's options with a wider view and few images per person."""
        return replace(zoomed(options, WIDER), images_per_identity=IMAGES_PER_IDENTITY)

    def person(self, rng: np.random.Generator) -> Person:
        """Draw an adult with traits as frequent as in CelebA."""
        return sample_celebrity(rng)

    def staged(self, scene: Scene, rng: np.random.Generator) -> Scene:
        """The scene, blurred in the share of images that are blurry in CelebA."""
        blurry, blur = rng.random() < BLURRY, float(rng.uniform(*BLUR))
        return replace(scene, blur=blur) if blurry else scene

    def _file(self, split: str, index: int) -> str:
        return f'{numbered(self.starts, split, index):06d}.jpg'

    def image_path(self, split: str, index: int, label: int) -> str:
        """Path below the root."""
        return f'{CELEBA_IMAGES}/{self._file(split, index)}'

    def completed(self, truth: Truth, person: Person, scene: Scene) -> Truth:
        """The annotation of a face without a class, with its 40 ``attributes``."""
        values = attributes(person, scene, truth['action_units'], landmarks_of(truth))
        classless = ('category_id', 'clean_category_id', 'distribution')
        rest = {key: value for key, value in truth.items() if key not in classless}
        return rest | {'category_id': 1, 'attributes': values}

    def categories(self) -> list[dict[str, Any]]:
        """The single category, a face."""
        return [{'id': 1, 'name': 'face', 'supercategory': 'person'}]

    def captions(self) -> tuple[str, ...]:
        """The attributes that a rendering can show."""
        return SHOWN

    def captions_of(self, truth: Truth) -> tuple[str, ...]:
        """The attributes that are present."""
        pairs = zip(CELEBA_ATTRIBUTES, truth['attributes'], strict=True)
        return tuple(name for name, value in pairs if value == 1)

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """The three lists."""
        values, parts, points = [], [], []
        for split, part in self.partitions.items():
            for i, truth in enumerate(annotations[split]):
                name = self._file(split, i)
                five = np.rint(five_points(landmarks_of(truth))).astype(int).ravel()
                values.append(f'{name} ' + ' '.join(f'{v:2d}' for v in truth['attributes']))
                parts.append(f'{name} {part}')
                points.append(f'{name} ' + ' '.join(f'{v:3d}' for v in five))
        axes = [f'{point}_{axis}' for point in POINTS for axis in 'xy']
        contents = {
            'list_attr_celeba.txt': [str(len(values)), ' '.join(CELEBA_ATTRIBUTES), *values],
            'list_eval_partition.txt': parts,
            'list_landmarks_align_celeba.txt': [str(len(points)), ' '.join(axes), *points],
        }
        return {name: ('\n'.join(rows) + '\n').encode() for name, rows in contents.items()}
