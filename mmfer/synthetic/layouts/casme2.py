"""The layout of CASME II."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmfer.labels.micro_expressions import CASME2
from mmfer.labels.releases import CASME2_CODING_FILE
from mmfer.synthetic.layouts.casme2_coding import (
    coding_file,
    oddities,
    plant_oddities,
)
from mmfer.synthetic.layouts.clips import ClipLayout
from mmfer.synthetic.layouts.conditions import ClipConditions
from mmfer.synthetic.layouts.layout import Truth
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.layouts.proportions import class_counts

SUBJECTS = (
    *(9, 13, 7, 5, 19, 5, 9, 3, 14, 14, 10, 12, 8),
    *(4, 3, 4, 34, 3, 16, 11, 2, 2, 12, 12, 7, 17),
)
"""Number of clips of each subject, 255 in total; close to CASME II, quoted from memory."""


class CASME2Layout(ClipLayout):
    """CASME II as it is downloaded: a coding file and folders of frames.

    - ``CASME2-coding-20140508.xlsx``: a row for each clip, with the oddities of the real file
    - ``CASME2_RAW_selected/sub01/EP02_01f/img46.jpg``: the frames of a clip, from before the onset
      to after the offset
    - ``annotations/truth.json`` also has the planted oddities

    If there are 26 subjects, the number of clips varies between subjects as in the real data set;
    otherwise all subjects have the same number of clips.
    """

    RELEASE = CASME2

    def people(self, samples: int, per_person: int) -> list[int]:
        """Index of the subject of each clip."""
        subjects = -(-samples // per_person)
        if subjects != len(SUBJECTS):
            return super().people(samples, per_person)
        counts = class_counts(samples, SUBJECTS)
        return [int(i) for i in np.repeat(np.arange(subjects), counts)]

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

    def coded_units(self, units: str, intensity: float, index: int, odd: bool) -> str | int:
        """The cell of action units; with oddities, some single units are numbers."""
        return int(units) if odd and units.isdigit() and index % 2 == 0 else units

    def coding(self, rows: Sequence[Truth]) -> dict[str, bytes]:
        """The coding file, with its oddities."""
        return {CASME2_CODING_FILE: coding_file(rows)}

    def more_truth(self, rows: Sequence[Truth]) -> dict[str, Any]:
        """The planted oddities."""
        return {'oddities': oddities(rows)}
