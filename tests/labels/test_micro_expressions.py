"""The table of the releases of micro-expressions agrees with the published numbers."""

import pytest

from mmfer.labels.clip_release import FIELDS
from mmfer.labels.micro_expressions import MICRO_EXPRESSIONS

CLIPS = {
    'casme2': 255,
    'smic': 164,
    'samm': 159,
    'casme_squared': 57,
    'casme3': 860,
    'mmew': 300,
}


@pytest.mark.parametrize('layout', MICRO_EXPRESSIONS)
def test_numbers_of_clips_sum_to_the_published_numbers(layout: str) -> None:
    release = MICRO_EXPRESSIONS[layout]
    assert release.layout == layout
    assert sum(release.emotions.values()) == CLIPS[layout]
    for number, classes in release.classes.items():
        assert len(set(classes.values())) == number
        assert set(classes) <= set(release.emotions)
    if release.coding:
        assert set(FIELDS) <= set(release.columns)


def test_the_composite_of_2019_has_442_clips() -> None:
    parts = {r.layout: r.megc2019 for r in MICRO_EXPRESSIONS.values() if r.megc2019}
    totals = {layout: sum(part.counts.values()) for layout, part in parts.items()}
    assert totals == {'casme2': 145, 'smic': 164, 'samm': 133}
    for layout, part in parts.items():
        emotions = MICRO_EXPRESSIONS[layout].emotions
        listed = dict.fromkeys(part.counts, 0)
        for emotion, name in part.classes.items():
            listed[name] += emotions[emotion]
        # The clips that the challenge leaves out are negative.
        listed['negative'] -= len(part.left_out)
        assert listed == dict(part.counts)
        assert list(part.counts) == ['negative', 'positive', 'surprise']
