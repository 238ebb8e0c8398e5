"""The layout of IFER, the infants of paper 000."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mmfer.labels.releases import IFER_COUNTS
from mmfer.synthetic.expressions.infant_expressions import INFANT_RECIPES
from mmfer.synthetic.layouts.layout import ImageLayout, Truth, zoomed
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.people.random_people import sample_person
from mmfer.synthetic.render.scene import Person

ONE_YEAR = 0.1875 / 8
""":attr:`Person.age` of a one-year-old."""
WIDER = 1.2
"""Factor on the width of the view: an infant's mouth is low and opens wide, down to the chin."""


class IFERLayout(ImageLayout):
    """Class folders of infants without splits; class frequencies are those of the paper.

    - ``<class>/NNNNN.jpg``
    - ``ifer.csv``: ``path,label,subject``

    The paper's table 1 counts 3,242 happy, 3,642 calm, 1,991 crying and 1,365 sleeping faces of
    children within their first year. IFER has no official split: its reader makes a split that
    keeps all images of one infant together. ``ifer.csv`` and ``annotations/all.json`` name the
    infant of each image. Infants are drawn without teeth.
    """

    name = 'ifer'
    classes = coarse = tuple(INFANT_RECIPES)
    parents = tuple(range(len(classes)))
    recipes = INFANT_RECIPES
    shares = {'all': IFER_COUNTS}
    noisy_labels = False
    crop = (1.40, (0.03, -0.14))

    def adapted(self, options: Options) -> Options:
        """The preset's options with a wider view."""
        return zoomed(options, WIDER)

    def person(self, rng: np.random.Generator) -> Person:
        """Draw an infant of up to one year."""
        return replace(sample_person(rng, age=float(rng.uniform(0, ONE_YEAR))), teeth=False)

    def image_path(self, split: str, index: int, label: int) -> str:
        """Path below the root; the number is unique within the data set."""
        return f'{self.classes[label]}/{index + 1:05d}.jpg'

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """The csv file with the subjects."""
        rows = ['path,label,subject']
        for i, truth in enumerate(annotations['all']):
            label = truth['category_id'] - 1
            path = self.image_path('all', i, label)
            rows.append(f'{path},{self.classes[label]},{truth["identity"]}')
        return {'ifer.csv': ('\n'.join(rows) + '\n').encode()}
