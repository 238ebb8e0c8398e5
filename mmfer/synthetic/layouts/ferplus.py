"""The layout of FERPlus: FER2013's images with ten votes per image."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from mmfer.labels import FERPLUS_CLASSES
from mmfer.labels.releases import FER2013_USAGES, FERPLUS_FOLDERS
from mmfer.synthetic.expressions.basic_expressions import BASIC_RECIPES
from mmfer.synthetic.expressions.basic_variants import BASIC_VARIANTS
from mmfer.synthetic.layouts.encoding import encode_grey_png
from mmfer.synthetic.layouts.layout import ImageLayout, Truth, numbered
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.render.scene import Person, Scene

FER2013_LABELS = {
    'anger': 0,
    'disgust': 1,
    'fear': 2,
    'happiness': 3,
    'sadness': 4,
    'surprise': 5,
    'neutral': 6,
    'contempt': 6,
}
"""FER2013's own codes; contempt, which FER2013 does not have, is coded as neutral."""
VOTERS = 10
UNKNOWN = 0.03
"""Share of the votes for ``unknown``."""
BLEND_RATE = 0.5
_VOTES = 4


class FERPlusLayout(ImageLayout):
    """FERPlus' two csv files and image folders; images are grey, 48 by 48 pixels.

    - ``fer2013.csv``: ``emotion,pixels,Usage``
    - ``fer2013new.csv``: ``Usage,Image name``, votes for the eight classes, ``unknown`` and ``NF``;
      its rows have the order of ``fer2013.csv``
    - ``FER2013Train/``, ``FER2013Valid/`` and ``FER2013Test/``: the same images as PNG files

    In every preset at least half of the images blend two classes, because people disagree about
    real faces; the ten votes are drawn from the true blend. Label noise gives the new class the
    votes of the true class. Class frequencies are those of the majority votes in the real
    ``fer2013new.csv``.
    """

    name = 'ferplus'
    classes = coarse = FERPLUS_CLASSES
    parents = tuple(range(len(FERPLUS_CLASSES)))
    recipes = {name: BASIC_RECIPES[name] for name in FERPLUS_CLASSES}
    variants = BASIC_VARIANTS
    shares = dict.fromkeys(('train', 'val', 'test'), (13013, 9367, 4493, 4415, 3124, 253, 825, 221))
    size = 48
    usages = FER2013_USAGES
    folders = FERPLUS_FOLDERS
    starts = {'train': 0, 'val': 28709, 'test': 32298}

    def adapted(self, options: Options) -> Options:
        """The preset's options with at least half of the images blended."""
        rate = max(options.conditions.blend_rate, BLEND_RATE)
        return replace(options, conditions=replace(options.conditions, blend_rate=rate))

    def _file(self, split: str, index: int) -> str:
        return f'fer{numbered(self.starts, split, index):07d}.png'

    def image_path(self, split: str, index: int, label: int) -> str:
        """Path below the root; each part begins at its official first number."""
        return f'{self.folders[split]}/{self._file(split, index)}'

    def listed_name(self, split: str, index: int, label: int, counts: Mapping[str, int]) -> str:
        """The row in ``fer2013.csv``, counted from 0."""
        splits = self.splits[: self.splits.index(split)]
        return f'fer2013.csv/row{sum(counts[s] for s in splits) + index:05}'

    def encode(self, image: np.ndarray) -> bytes:
        """A grey PNG file."""
        return encode_grey_png(image)

    def completed(self, truth: Truth, person: Person, scene: Scene) -> Truth:
        """The annotation with ``votes`` for the classes, ``unknown`` and ``NF``."""
        shares = np.array([truth['distribution'].get(name, 0.0) for name in FERPLUS_CLASSES])
        label, shown = truth['category_id'] - 1, truth['clean_category_id'] - 1
        shares[[label, shown]] = shares[[shown, label]]
        odds = np.append((1 - UNKNOWN) * shares / shares.sum(), UNKNOWN)
        votes = np.random.default_rng([scene.seed, _VOTES]).multinomial(VOTERS, odds)
        return truth | {'votes': [*votes.tolist(), 0]}

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """The two csv files."""
        images, votes = io.StringIO(), io.StringIO()
        image_rows = csv.writer(images, lineterminator='\n')
        vote_rows = csv.writer(votes, lineterminator='\n')
        image_rows.writerow(['emotion', 'pixels', 'Usage'])
        vote_rows.writerow(['Usage', 'Image name', *FERPLUS_CLASSES, 'unknown', 'NF'])
        for split, usage in self.usages.items():
            for i, truth in enumerate(annotations[split]):
                label = truth['category_id'] - 1
                path = root / self.image_path(split, i, label)
                pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
                if pixels is None:
                    raise FileNotFoundError(
                        f'"{path}" cannot be read. Delete the file, and run the same command again.'
                    )
                code = FER2013_LABELS[FERPLUS_CLASSES[label]]
                image_rows.writerow([code, ' '.join(map(str, pixels.ravel())), usage])
                vote_rows.writerow([usage, self._file(split, i), *truth['votes']])
        return {
            'fer2013.csv': images.getvalue().encode(),
            'fer2013new.csv': votes.getvalue().encode(),
        }
