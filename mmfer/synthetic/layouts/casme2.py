"""The layout of CASME II."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.labels.releases import CASME2_CODING_FILE, CASME2_EMOTIONS, CASME2_FRAMES
from mmfer.synthetic.expressions.basic_expressions import Recipe
from mmfer.synthetic.expressions.micro_expressions import COMBINATIONS, EMOTIONS
from mmfer.synthetic.layouts.casme2_coding import (
    coding_file,
    oddities,
    plant_oddities,
)
from mmfer.synthetic.layouts.encoding import dump
from mmfer.synthetic.layouts.frame_truth import faces_sidecar
from mmfer.synthetic.layouts.layout import Layout, Truth
from mmfer.synthetic.layouts.presets import CLIP_PRESETS, ClipConditions, Options
from mmfer.synthetic.layouts.proportions import class_counts
from mmfer.synthetic.people.random_people import sample_person
from mmfer.synthetic.render.scene import Person, Scene

SUBJECTS = (
    *(9, 13, 7, 5, 19, 5, 9, 3, 14, 14, 10, 12, 8),
    *(4, 3, 4, 34, 3, 16, 11, 2, 2, 12, 12, 7, 17),
)
"""Number of clips of each subject, 255 in total; close to CASME II, quoted from memory."""
AGE = (0.42, 0.53)
"""Range of :attr:`Person.age`: 19 to 30 years."""
ASIAN = (0.02, 0.94, 0.04)

PUBLISHED = (
    'onset',
    'apex',
    'offset',
    'intensity',
    'emotion',
    'action_units',
    'blink',
    'pose',
    'group',
)
"""Fields of a clip in ``truth.json``."""


def frame_size(size: int) -> tuple[int, int]:
    """Height and width of a frame, in the ratio 340 to 280."""
    return size, round(size * 280 / 340)


class CASME2Layout(Layout):
    """CASME II as it is downloaded: a coding file and folders of frames.

    - ``CASME2-coding-20140508.xlsx``: a row for each clip, with the oddities of the real file
    - ``CASME2_RAW_selected/sub01/EP02_01f/img46.jpg``: the frames of a clip, from before the onset
      to after the offset; the first frame number need not be 1
    - ``annotations/truth.json``: the true moments, intensity and emotion of each clip, and the
      planted oddities
    - ``annotations/faces.json``: the 68 landmarks of every frame in the format of
      :mod:`mmfer.faces.sidecar`; the score is 1 for a visible point and 0 for a hidden point

    A sample is a clip, see :mod:`mmfer.synthetic.render.clip_renderer`. Subjects are young Asian
    adults. If there are 26 subjects, the number of clips varies between subjects as in the real
    data set; otherwise all subjects have the same number of clips.
    """

    name = 'casme2'
    classes = coarse = EMOTIONS
    parents = tuple(range(len(EMOTIONS)))
    recipes = {
        emotion: Recipe({}, source=f'One of {", ".join(combinations)}, see micro_expressions.')
        for emotion, combinations in COMBINATIONS.items()
    }
    shares = {'all': tuple(CASME2_EMOTIONS.values())}
    presets = CLIP_PRESETS
    unit = 'clip'
    noisy_labels = False

    def people(self, samples: int, per_person: int) -> list[int]:
        """Index of the subject of each clip."""
        subjects = -(-samples // per_person)
        if subjects != len(SUBJECTS):
            return super().people(samples, per_person)
        counts = class_counts(samples, SUBJECTS)
        return [int(i) for i in np.repeat(np.arange(subjects), counts)]

    def person(self, rng: np.random.Generator) -> Person:
        """Draw a young Asian adult whose hair leaves the forehead free."""
        age = float(rng.uniform(*AGE))
        drawn = sample_person(rng, age=age, ethnicity=np.array(ASIAN))
        return replace(drawn, fringe=False, beard=0.0)

    def staged(self, scene: Scene, rng: np.random.Generator) -> Scene:
        """The scene with the wall and the shirt that all subjects share."""
        plain = Scene()
        return replace(scene, background=plain.background, shirt=plain.shirt, seed=plain.seed)

    def clip_names(self, options: Options) -> list[str]:
        """Subject and folder of each clip, such as ``sub01/EP02_01f``."""
        owners = self.people(options.images, options.images_per_identity)
        names = []
        for i, owner in enumerate(owners):
            number = i - owners.index(owner)
            suffix = 'f' if (i * 7) % 3 == 0 else ''
            names.append(f'sub{owner + 1:02d}/EP{number // 3 + 1:02d}_{number % 3 + 1:02d}{suffix}')
        return names

    def planted(self, options: Options) -> list[str | None]:
        """The planted oddity of each clip, or None."""
        conditions = options.conditions
        if isinstance(conditions, ClipConditions) and conditions.oddities:
            return plant_oddities(options.images, options.seed)
        return [None] * options.images

    def adapted(self, options: Options) -> Options:
        """The same options, if there are enough clips for the planted oddities."""
        self.planted(options)
        return options

    @staticmethod
    def frame_path(clip: str, frame: int) -> str:
        """Path of a frame below the root."""
        return f'{CASME2_FRAMES}/{clip}/img{frame}.jpg'

    def paths(self, split: str, index: int, label: int, truth: Truth) -> tuple[str, ...]:
        """All existing frames of a clip, the apex first."""
        numbers = sorted((f['frame'] for f in truth['frames']), key=lambda n: n != truth['apex'])
        return tuple(self.frame_path(truth['clip'], n) for n in numbers)

    def captions_of(self, truth: Truth) -> tuple[str, ...]:
        """The emotion, if the clip has frames."""
        return super().captions_of(truth) if truth['frames'] else ()

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """The coding file, the truth and the landmarks."""
        rows = annotations['all']
        faces = {
            self.frame_path(row['clip'], face['frame']): face
            for row in rows
            for face in row['frames']
        }
        sidecar = faces_sidecar(faces, rows[0]['width'], rows[0]['height'])
        truth: dict[str, Any] = {row['clip']: {k: row[k] for k in PUBLISHED} for row in rows}
        truth['oddities'] = oddities(rows)
        return {
            CASME2_CODING_FILE: coding_file(rows),
            'annotations/truth.json': dump(truth),
            'annotations/faces.json': dump(sidecar, indent=None),
        }
