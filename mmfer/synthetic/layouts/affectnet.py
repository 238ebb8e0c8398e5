"""The layout of AffectNet in its older official form."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmfer.labels.releases import (
    AFFECTNET_COLUMNS,
    AFFECTNET_COUNTS,
    AFFECTNET_FILES,
    AFFECTNET_IMAGES,
)
from mmfer.synthetic.expressions.basic_expressions import BASIC_RECIPES
from mmfer.synthetic.expressions.basic_variants import BASIC_VARIANTS
from mmfer.synthetic.layouts.layout import ImageLayout, Truth, landmarks_of
from mmfer.synthetic.render.scene import Person, Scene

IMAGES_PER_FOLDER = 400
RECIPES = {
    'neutral': 'neutral',
    'happy': 'happiness',
    'sad': 'sadness',
    'surprise': 'surprise',
    'fear': 'fear',
    'disgust': 'disgust',
    'anger': 'anger',
    'contempt': 'contempt',
}
"""AffectNet's classes, in its order, with the names of their recipes."""

VALENCE_AROUSAL = {
    'neutral': (0.0, 0.0),
    'happy': (0.81, 0.51),
    'sad': (-0.63, -0.27),
    'surprise': (0.40, 0.67),
    'fear': (-0.64, 0.60),
    'disgust': (-0.60, 0.35),
    'anger': (-0.51, 0.59),
    'contempt': (-0.50, 0.30),
}
"""Valence and arousal of the classes at full intensity, the axes of Russell's circumplex.

The circumplex comes from J. A. Russell, *A circumplex model of affect*, J. Pers. Soc. Psychol. 39,
1980. The values are the means of ``happy``, ``sad``, ``surprised``, ``fearful``, ``disgusted`` and
``angry`` in J. A. Russell and A. Mehrabian, *Evidence for a three-factor theory of emotions*, J.
Res. Pers. 11, 1977; the values of contempt are our choice.
"""


class AffectNetLayout(ImageLayout):
    """AffectNet's older form, with its eight classes of expressions.

    - ``training.csv`` and ``validation.csv`` with
      :data:`~mmfer.labels.releases.AFFECTNET_COLUMNS`; landmarks are 68 times ``x;y;`` without the
      last ``;``, and the box has whole pixels
    - ``Manually_Annotated_Images/NNN/<hash>.jpg``

    Classes of the training part have the official frequencies. Classes of the validation part,
    which serves as test set, are equally frequent. Valence and arousal are the values of the
    classes (:data:`VALENCE_AROUSAL`), blended like the expression and scaled by its intensity.
    """

    name = 'affectnet'
    classes = coarse = tuple(RECIPES)
    parents = tuple(range(len(classes)))
    recipes = {name: BASIC_RECIPES[recipe] for name, recipe in RECIPES.items()}
    variants = {name: BASIC_VARIANTS[recipe] for name, recipe in RECIPES.items()}
    shares = {split: AFFECTNET_COUNTS['csv', split] for split in ('train', 'test')}
    files = AFFECTNET_FILES

    def _below_folder(self, split: str, index: int) -> str:
        name = hashlib.sha224(f'{split} {index}'.encode()).hexdigest()
        first = 1 if split == 'train' else 901
        return f'{first + index // IMAGES_PER_FOLDER}/{name}.jpg'

    def image_path(self, split: str, index: int, label: int) -> str:
        """Path below the root: a numbered folder, and a file named by a hash of 56 digits."""
        return f'{AFFECTNET_IMAGES}/{self._below_folder(split, index)}'

    def completed(self, truth: Truth, person: Person, scene: Scene) -> Truth:
        """The annotation with ``valence`` and ``arousal``, each from -1 to 1."""
        strength = min(1.0, truth['intensity'])
        valence, arousal = (
            sum(
                share * VALENCE_AROUSAL[name][axis] for name, share in truth['distribution'].items()
            )
            for axis in (0, 1)
        )
        return truth | {
            'valence': round(strength * valence, 6),
            'arousal': round(strength * arousal, 6),
        }

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """The two csv files."""
        return {
            file: self._table(split, annotations[split]).encode()
            for split, file in self.files.items()
        }

    def _table(self, split: str, annotations: Sequence[Truth]) -> str:
        text = io.StringIO()
        rows = csv.writer(text, lineterminator='\n')
        rows.writerow(AFFECTNET_COLUMNS)
        for i, truth in enumerate(annotations):
            points = ';'.join(f'{v:.2f}' for v in landmarks_of(truth).ravel())
            box = [round(v) for v in truth['bbox']]
            label = truth['category_id'] - 1
            place = self._below_folder(split, i)
            rows.writerow([place, *box, points, label, truth['valence'], truth['arousal']])
        return text.getvalue()
