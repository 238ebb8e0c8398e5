"""The base of the layouts of clips of micro-expressions."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from openpyxl import Workbook

from mmfer.labels.clip_release import ClipRelease
from mmfer.synthetic.expressions.basic_expressions import Recipe
from mmfer.synthetic.expressions.micro_expressions import combinations
from mmfer.synthetic.layouts.casme2_coding import timeless
from mmfer.synthetic.layouts.encoding import dump, encode_jpeg
from mmfer.synthetic.layouts.frame_truth import faces_sidecar
from mmfer.synthetic.layouts.layout import Layout, Truth
from mmfer.synthetic.layouts.presets import CLIP_PRESETS, Options
from mmfer.synthetic.people.random_people import sample_person
from mmfer.synthetic.render.scene import Person, Scene

AGE = (0.42, 0.53)
"""Range of :attr:`Person.age`: 19 to 30 years."""
ASIAN = (0.02, 0.94, 0.04)
JPEG_QUALITY = 100
"""High enough to preserve the sub-pixel motion of weak expressions."""

PUBLISHED = (
    'onset',
    'apex',
    'offset',
    'intensity',
    'emotion',
    'action_units',
    'blink',
    'blinks',
    'pose',
    'group',
    'macro',
    'speech',
    'turned',
)
"""Fields of a clip in ``truth.json``; ``macro`` in macro-expressions alone, ``blinks`` in videos
with several, the last two in disturbed clips alone."""


def frame_size(size: int) -> tuple[int, int]:
    """Height and width of a frame, in the ratio 340 to 280."""
    return size, round(size * 280 / 340)


class ClipLayout(Layout):
    """A data set of micro-expressions as it is downloaded: a coding file and frames of clips.

    - the coding file and the frames of :attr:`RELEASE`; the first frame number need not be 1
    - ``annotations/truth.json``: the true moments, intensity and emotion of each clip
    - ``annotations/faces.json``: the 68 landmarks of every frame in the format of
      :mod:`mmfer.faces.sidecar`; the score is 1 for a visible point and 0 for a hidden point

    A sample is a clip, see :mod:`mmfer.synthetic.render.clip_renderer`. Subjects are young Asian
    adults.
    """

    RELEASE: ClassVar[ClipRelease]
    presets = CLIP_PRESETS
    unit = 'clip'
    noisy_labels = False
    first_subject = 1
    videos = False
    """Whether a sample is a video with several expressions."""
    macros = 0.0
    """The share of macro-expressions in videos."""
    macro_kind = ''
    """The content of the column ``kind`` for macro-expressions."""
    version = '_v2'
    """What stands for ``*`` in the name of the coding file."""
    shown: ClassVar[Mapping[str, int]] = {}
    """The number of samples of each emotion, if the release codes none."""

    def __init_subclass__(cls) -> None:
        """Take the name and the emotions of the release."""
        super().__init_subclass__()
        emotions = cls.RELEASE.emotions or cls.shown
        cls.name = cls.RELEASE.layout
        cls.classes = cls.coarse = tuple(emotions)
        cls.parents = tuple(range(len(cls.classes)))
        cls.shares = {'all': tuple(emotions.values())}
        cls.recipes = {
            emotion: Recipe({}, source=f'One of {", ".join(units)}, see micro_expressions.')
            for emotion, units in combinations(cls.classes).items()
        }

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
        """Subject and number of each clip, from 0, such as ``s01/2``; see :meth:`named`."""
        owners = self.people(options.images, options.images_per_identity)
        return [
            f'{self.RELEASE.subject.format(owner + self.first_subject)}/{i - owners.index(owner)}'
            for i, owner in enumerate(owners)
        ]

    def named(self, name: str, emotion: str, onset: int) -> str:
        """The name of a clip, given its entry of :meth:`clip_names`."""
        return name

    def planted(self, options: Options) -> list[str | None]:
        """The planted oddity of each clip, or None."""
        return [None] * options.images

    def coded_units(self, units: str, intensity: float, index: int, odd: bool) -> str | int:
        """The cell of action units, such as ``4+7``."""
        return units

    def frame_path(self, truth: Truth, frame: int) -> str:
        """Path of a frame below the root."""
        subject, _, clip = truth['clip'].partition('/')
        fields = {'subject': subject, 'clip': clip, 'emotion': truth['emotion']}
        folder = self.RELEASE.folders[0].format(**fields, onset=truth['onset'], video=clip)
        return f'{folder}/{self.RELEASE.frame.format(number=frame, subject=subject, video=clip)}'

    def encode(self, image: np.ndarray) -> bytes:
        """The file of a frame (H, W, 3) RGB."""
        return encode_jpeg(image, JPEG_QUALITY)

    def paths(self, split: str, index: int, label: int, truth: Truth) -> tuple[str, ...]:
        """All existing frames of a clip, the apex first."""
        numbers = sorted((f['frame'] for f in truth['frames']), key=lambda n: n != truth['apex'])
        return tuple(self.frame_path(truth, n) for n in numbers)

    def captions_of(self, truth: Truth) -> tuple[str, ...]:
        """The emotion, if the clip has frames."""
        return super().captions_of(truth) if truth['frames'] else ()

    def expressions(self, truth: Truth) -> list[Truth]:
        """The expressions of a sample, with ``clip`` as the reader names it.

        Such as ``s15/disgust1_1`` and ``s15/disgust1_2`` of the video ``s15/disgust1``.
        """
        if not self.videos:
            return [truth]
        return [
            {**truth, **moments, 'clip': f'{truth["clip"]}_{i}'}
            for i, moments in enumerate(truth['moments'], 1)
        ]

    def coded_row(self, truth: Truth) -> Mapping[str, Any]:
        """The cells of an expression, by field."""
        subject, _, clip = truth['clip'].partition('/')
        fields = ('onset', 'apex', 'offset', 'emotion')
        return {
            **{field: truth[field] for field in fields},
            'subject': subject,
            'clip': clip,
            'units': truth['coded_action_units'],
            'kind': self.macro_kind if truth.get('macro') else self.RELEASE.kind,
        }

    def coding(self, rows: Sequence[Truth]) -> dict[str, bytes]:
        """The coding file, or nothing if the release has none."""
        release = self.RELEASE
        if not release.coding:
            return {}
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = (*release.sheets, 'Sheet1')[0]
        if release.headings_within:
            for _ in range(13 if release.headings_within > 1 else 0):
                sheet.append(['A rendered substitute'])
            sheet.append(list(release.columns.values()))
        for truth in sorted(rows, key=lambda row: row['clip']):
            cells = self.coded_row(truth)
            sheet.append([cells[field] for field in release.columns])
        for title, table in self.more_sheets(rows).items():
            extra = book.create_sheet(title)
            for row in table:
                extra.append(row)
        written = io.BytesIO()
        book.save(written)
        return {release.coding[0].replace('*', self.version): timeless(written)}

    def more_sheets(self, rows: Sequence[Truth]) -> dict[str, list[list[Any]]]:
        """The rows of further sheets of the coding file."""
        return {}

    def lists(self, root: Path, annotations: Mapping[str, Sequence[Truth]]) -> dict[str, bytes]:
        """The coding file, the truth and the landmarks."""
        rows = annotations['all']
        faces = {
            self.frame_path(row, face['frame']): face for row in rows for face in row['frames']
        }
        sidecar = faces_sidecar(faces, rows[0]['width'], rows[0]['height'])
        coded = [one for row in rows for one in self.expressions(row)]
        truth: dict[str, Any] = {
            row['clip']: {k: row[k] for k in PUBLISHED if k in row} for row in coded
        }
        return {
            **self.coding(coded),
            'annotations/truth.json': dump({**truth, **self.more_truth(rows)}),
            'annotations/faces.json': dump(sidecar, indent=None),
        }

    def more_truth(self, rows: Sequence[Truth]) -> dict[str, Any]:
        """Further entries of ``truth.json``."""
        return {}
