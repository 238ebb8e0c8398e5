import numpy as np
import pytest

from mmfer.synthetic.people.celebrities import (
    FACIAL_HAIR,
    HAIR_IF_DARK,
    HAIR_IF_FAIR,
    sample_celebrity,
)
from mmfer.synthetic.people.random_people import years
from mmfer.synthetic.render.scene import BEARD_STYLES

PEOPLE = [sample_celebrity(np.random.default_rng(seed)) for seed in range(1500)]


def test_the_same_seed_gives_the_same_person():
    assert sample_celebrity(np.random.default_rng(3)) == PEOPLE[3] != PEOPLE[4]


@pytest.mark.parametrize('shares', [HAIR_IF_FAIR, HAIR_IF_DARK])
def test_shares_sum_to_one(shares):
    assert sum(shares.values()) == pytest.approx(1)
    assert sum(kind.share for kind in FACIAL_HAIR) == pytest.approx(1)


@pytest.mark.parametrize(
    ('has', 'celeba'),
    [
        (lambda p: p.gender > 0.5, 0.417),
        (lambda p: years(p.age) < 40, 0.774),
        (lambda p: p.glasses, 0.065),
        (lambda p: p.weight > 0.9, 0.058),
        (lambda p: p.beard == 0, 0.835),
        (lambda p: p.brow_thickness > 1.5, 0.142),
        (lambda p: p.hair_style == 'bald', 0.022),
        (lambda p: p.hair[0] > 0.5 and p.hair_style != 'bald', 0.148),
        (lambda p: bool(p.fringe) and p.hair_style in ('bob', 'long'), 0.152),
    ],
)
def test_traits_are_about_as_frequent_as_in_celeba(has, celeba: float):
    assert np.mean([has(p) for p in PEOPLE]) == pytest.approx(celeba, abs=0.035)


def test_all_people_are_adults_and_can_be_drawn():
    for person in PEOPLE:
        assert years(person.age) > 17
        assert person.beard_style in BEARD_STYLES
        assert person.beard == 0 or person.gender > 0.5
        colors = (*person.skin, *person.lip, *person.hair, *person.iris)
        assert min(colors) >= 0 and max(colors) <= 1
