"""Micro-expressions, those of CASME II first, as combinations of action units.

W.-J. Yan, X. Li, S.-J. Wang, G. Zhao, Y.-J. Liu, Y.-H. Chen and X. Fu, "CASME II: An Improved
Spontaneous Micro-Expression Database and the Baseline Evaluation", PLoS ONE 9(1), 2014, label a
clip by its action units together with the film shown and the subject's report. Their criteria:

- disgust: one of AU 9, 10, 4+7
- happiness: AU 6 or 12
- surprise: AU 1+2, 25 or 2
- sadness: AU 1
- fear: AU 1+2+4 or 20
- repression: AU 15 or 17, alone or in combination
- others: everything else, tense or confused faces with AU 4 among them

The combinations and their frequencies below are our choice within these criteria. AU 4+7 belongs
to both disgust and others, as in the real clips: no method can separate these clips.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from mmfer.labels.releases import CASME2_EMOTIONS

EMOTIONS = tuple(CASME2_EMOTIONS)

COMBINATIONS: dict[str, dict[str, float]] = {
    'others': {'4': 0.45, '4+7': 0.2, '4+5': 0.1, '4+L14': 0.1, 'R14': 0.1, '4+18': 0.05},
    'disgust': {'4+7+9': 0.35, '4+9': 0.2, '9': 0.1, '4+7+10': 0.15, '7+10': 0.1, '4+7': 0.1},
    'happiness': {'12': 0.4, '6+12': 0.4, 'L12': 0.1, 'R12': 0.1},
    'repression': {'15': 0.2, '17': 0.2, '15+17': 0.25, '14+17': 0.2, '12+17': 0.15},
    'surprise': {'1+2': 0.7, '1+2+5': 0.2, '2+5': 0.1},
    'sadness': {'1': 0.6, '1+4': 0.4},
    'fear': {'1+2+4': 0.5, '1+4+20': 0.5},
}
"""Combinations of action units of each emotion, with their shares of the clips."""


OTHER_COMBINATIONS: dict[str, dict[str, float]] = {
    'anger': {'4+5': 0.3, '4+7': 0.3, '4+23': 0.2, '4+24': 0.2},
    'contempt': {'L14': 0.5, 'R14': 0.5},
}
"""The same for emotions of other data sets."""
SHOWN_AS = {
    'other': 'others',
    'happy': 'happiness',
    'sad': 'sadness',
    'negative': 'disgust',
    'positive': 'happiness',
}
"""Emotions that are shown like others."""


def combinations(emotions: Sequence[str]) -> dict[str, Mapping[str, float]]:
    """The combinations of action units of each emotion."""
    known = COMBINATIONS | OTHER_COMBINATIONS
    return {emotion: known[SHOWN_AS.get(emotion, emotion)] for emotion in emotions}


def sample_combination(emotion: str, rng: np.random.Generator) -> str:
    """Draw action units of an emotion, such as ``4+7``; ``L12`` is the left side of AU 12."""
    shares = combinations([emotion])[emotion]
    return str(rng.choice(list(shares), p=list(shares.values())))
