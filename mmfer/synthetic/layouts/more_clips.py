"""The layouts of SMIC, SAMM, SAMM Long Videos, CAS(ME)^2, CAS(ME)^3 and MMEW."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mmfer.labels import micro_expressions as releases
from mmfer.labels.long_videos import SAMM_LONG
from mmfer.synthetic.layouts.clips import ClipLayout
from mmfer.synthetic.layouts.encoding import encode_bmp
from mmfer.synthetic.layouts.layout import Truth
from mmfer.synthetic.layouts.presets import VIDEO_PRESETS


class SMICLayout(ClipLayout):
    """SMIC: folders of subjects, emotions and clips; no coding file."""

    RELEASE = releases.SMIC

    def named(self, name: str, emotion: str, onset: int) -> str:
        """Such as ``s01/s01_ne_01``."""
        subject, _, number = name.partition('/')
        short = {'negative': 'ne', 'positive': 'po', 'surprise': 'sur'}[emotion]
        return f'{subject}/{subject}_{short}_{int(number) + 1:02d}'

    def encode(self, image: np.ndarray) -> bytes:
        """The file of a frame (H, W, 3) RGB."""
        return encode_bmp(image)


class SAMMLayout(ClipLayout):
    """SAMM: headings below notes, emotions in capitals, intensities of action units."""

    RELEASE = releases.SAMM
    first_subject = 6

    def named(self, name: str, emotion: str, onset: int) -> str:
        """Such as ``006/006_1_2``."""
        subject, _, number = name.partition('/')
        return f'{subject}/{subject}_{int(number) // 4 + 1}_{int(number) % 4 + 1}'

    def coded_units(self, units: str, intensity: float, index: int, odd: bool) -> str | int:
        """Such as ``4B+7B``."""
        return '+'.join(f'{unit}{"A" if intensity < 0.3 else "B"}' for unit in units.split('+'))

    def coded_row(self, truth: Truth) -> Mapping[str, Any]:
        """The cells of a clip."""
        row = super().coded_row(truth)
        return {**row, 'emotion': row['emotion'].capitalize()}


class SAMMLongLayout(ClipLayout):
    """SAMM Long Videos: micro- and macro-expressions, and a coding file without emotions."""

    RELEASE = SAMM_LONG
    presets = VIDEO_PRESETS
    first_subject = 6
    videos = True
    macros = 0.5
    macro_kind = 'Macro'
    version = '3'
    # The three classes of SAMM, with its numbers of clips.
    shown = releases.SAMM.megc2019.counts if releases.SAMM.megc2019 else {}

    def named(self, name: str, emotion: str, onset: int) -> str:
        """Such as ``006/006_1``."""
        subject, _, number = name.partition('/')
        return f'{subject}/{subject}_{int(number) + 1}'


STIMULI = ('disgust1', 'anger1', 'happy1', 'anger2', 'happy2', 'disgust2', 'happy3', 'happy4')
"""Names of the films that are shown to a subject of CAS(ME)^2."""


class CASMESquaredLayout(ClipLayout):
    """CAS(ME)^2: videos with several micro-expressions each, and a coding file without headings."""

    RELEASE = releases.CASME_SQUARED
    first_subject = 15
    videos = True

    def named(self, name: str, emotion: str, onset: int) -> str:
        """Such as ``s15/disgust1``."""
        subject, _, number = name.partition('/')
        nth, again = int(number) % len(STIMULI), int(number) // len(STIMULI)
        return f'{subject}/{STIMULI[nth]}{again or ""}'

    def frame_path(self, truth: Truth, frame: int) -> str:
        """Path of a frame below the root."""
        subject, _, film = truth['clip'].partition('/')
        return f'rawpic/{subject}/{subject[1:]}_{_code(film)}{film}/img{frame:03d}.jpg'

    def coded_row(self, truth: Truth) -> Mapping[str, Any]:
        """The cells of an expression; subjects are numbers from 1."""
        row = super().coded_row(truth)
        return {**row, 'subject': int(row['subject'][1:]) - self.first_subject + 1}

    def more_sheets(self, rows: Sequence[Truth]) -> dict[str, list[list[Any]]]:
        """The folders of subjects, and the codes of films."""
        subjects = sorted({row['clip'].partition('/')[0] for row in rows})
        films = sorted({row['clip'].partition('/')[2].rpartition('_')[0] for row in rows})
        return {
            'naming rule1': [[s, s, int(s[1:]) - self.first_subject + 1] for s in subjects],
            'naming rule2': [[_code(film), film] for film in films],
        }


def _code(film: str) -> str:
    """A code of four digits of a film, such as ``0101`` of ``disgust1``."""
    name, number = film.rstrip('0123456789'), film[len(film.rstrip('0123456789')) :]
    return f'{("disgust", "anger", "happy").index(name) + 1:02d}{int(number):02d}'


class CASME3Layout(ClipLayout):
    """CAS(ME)^3, part A: one folder for each clip, action units with commas."""

    RELEASE = releases.CASME3

    def named(self, name: str, emotion: str, onset: int) -> str:
        """Such as ``spNO.1/a_355``."""
        subject, _, number = name.partition('/')
        return f'{subject}/{chr(ord("a") + int(number) % 26)}_{onset}'

    def frame_path(self, truth: Truth, frame: int) -> str:
        """Path of a frame below the root."""
        return f'Part_A_ME_clip/frame/{truth["clip"].replace("/", "_")}/{frame}.jpg'

    def coded_units(self, units: str, intensity: float, index: int, odd: bool) -> str | int:
        """Such as ``4,7``."""
        return units.replace('+', ',')

    def coded_row(self, truth: Truth) -> Mapping[str, Any]:
        """The cells of a clip; the onset is not part of its name."""
        row = super().coded_row(truth)
        return {**row, 'clip': row['clip'].partition('_')[0]}


class MMEWLayout(ClipLayout):
    """MMEW: folders of emotions and clips."""

    RELEASE = releases.MMEW

    def named(self, name: str, emotion: str, onset: int) -> str:
        """Such as ``S01/S01-03-001``."""
        subject, _, number = name.partition('/')
        return f'{subject}/{subject}-{self.classes.index(emotion) + 1:02d}-{int(number) + 1:03d}'
