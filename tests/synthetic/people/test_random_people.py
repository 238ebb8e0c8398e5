import numpy as np
import pytest

from mmfer.synthetic.people.random_people import (
    DETAILS,
    PAIRED_DETAILS,
    Group,
    group_of,
    sample_person,
    years,
)
from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.scene import HAIR_STYLES, Person

PEOPLE = [sample_person(np.random.default_rng(seed)) for seed in range(400)]


def test_the_same_seed_gives_the_same_person():
    assert sample_person(np.random.default_rng(7)) == PEOPLE[7]
    assert PEOPLE[7] != PEOPLE[8]


def test_people_are_of_every_group_and_style():
    groups = [group_of(p) for p in PEOPLE]
    assert {g.gender for g in groups} == {0, 1}
    assert {g.race for g in groups} == {0, 1, 2}
    assert {g.age for g in groups} == {0, 1, 2, 3, 4}
    assert {p.hair_style for p in PEOPLE} == set(HAIR_STYLES)
    assert 0.05 < np.mean([p.glasses for p in PEOPLE]) < 0.35


def test_values_can_be_drawn():
    for person in PEOPLE:
        assert 0 <= person.age <= 1 and 0 <= person.gender <= 1
        assert sum(person.ethnicity) == pytest.approx(1)
        colors = (*person.skin, *person.lip, *person.hair, *person.iris)
        assert min(colors) >= 0 and max(colors) <= 1


def test_neither_women_nor_children_have_beards():
    assert any(p.beard for p in PEOPLE)
    assert all(p.gender >= 0.5 and p.age > 0.4 for p in PEOPLE if p.beard)


def test_both_sides_of_the_face_get_the_same_details():
    for person in PEOPLE:
        for name, weight in person.details.items():
            if name.startswith('eyes/l-'):
                assert person.details[name.replace('/l-', '/r-')] == weight


def test_the_head_pack_has_all_details(head: Head):
    sides = [name.format(side) for name in PAIRED_DETAILS for side in 'lr']
    neutral = head.shape(Person())
    for name in (*DETAILS, *sides):
        assert np.abs(head.shape(Person(details={name: 1.0})) - neutral).max() > 0.01, name


@pytest.mark.parametrize(
    ('age', 'expected'), [(0, 0), (0.1, 8 * 0.1 / 0.1875), (0.5, 25), (0.75, 57.5), (1, 90)]
)
def test_years(age, expected):
    assert years(age) == pytest.approx(expected)


@pytest.mark.parametrize(
    ('age', 'code'), [(0, 0), (0.09, 0), (0.0938, 1), (0.4, 1), (0.41, 2), (0.62, 3), (0.9, 4)]
)
def test_age_groups_are_those_of_rafdb(age, code):
    assert group_of(Person(age=age)).age == code


def test_group_codes_are_those_of_rafdb():
    woman = Person(gender=0.2, ethnicity=(0.5, 0.1, 0.4), age=0.5)
    assert group_of(woman) == Group(gender=1, race=1, age=2)
    assert group_of(woman).names() == {
        'gender': 'female',
        'race': 'african-american',
        'age': '20-39',
    }
    assert group_of(Person(gender=0.9, ethnicity=(0.1, 0.6, 0.3))).names()['race'] == 'asian'


def test_given_traits_are_kept():
    rng = np.random.default_rng(5)
    given = sample_person(rng, age=0.02, gender=0.9, ethnicity=np.array([0.0, 1.0, 0.0]))
    assert (given.age, given.gender, given.ethnicity) == (0.02, 0.9, (0.0, 1.0, 0.0))
    assert given.beard == 0 and not given.glasses
