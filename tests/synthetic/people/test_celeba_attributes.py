from dataclasses import replace

import numpy as np
import pytest

from mmfer.labels import CELEBA_ATTRIBUTES
from mmfer.synthetic import Person, Renderer, Scene
from mmfer.synthetic.expressions.action_units import face_units
from mmfer.synthetic.layouts.celeba import MOUTHS
from mmfer.synthetic.people.celeba_attributes import SHOWN, attributes, decided, lip_gap
from mmfer.synthetic.people.celebrities import HAIR_COLORS, sample_celebrity

CLOSED = np.zeros((68, 2))
CLOSED[42:48] = (30, 0)
OPEN = CLOSED.copy()
OPEN[65:68] = (0, 3)


def told(person: Person, scene: Scene | None = None, **shown: float) -> dict[str, int]:
    values = attributes(person, scene or Scene(), shown, CLOSED)
    return dict(zip(CELEBA_ATTRIBUTES, values, strict=True))


@pytest.mark.parametrize(
    ('value', 'rising', 'falling'), [(0, -1, 1), (1, -1, 1), (1.5, 0, 0), (2, 1, -1), (3, 1, -1)]
)
def test_decided(value, rising, falling):
    assert decided(value, absent=1, present=2) == rising
    assert decided(value, absent=2, present=1) == falling


def test_lip_gap():
    assert lip_gap(CLOSED) == 0
    assert lip_gap(OPEN) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        ('black', {'Black_Hair': 1, 'Brown_Hair': -1, 'Blond_Hair': -1, 'Gray_Hair': -1}),
        ('dark brown', {'Black_Hair': 0, 'Brown_Hair': 0, 'Blond_Hair': -1, 'Gray_Hair': -1}),
        ('brown', {'Black_Hair': -1, 'Brown_Hair': 1, 'Blond_Hair': -1, 'Gray_Hair': -1}),
        ('dark blond', {'Black_Hair': -1, 'Brown_Hair': 0, 'Blond_Hair': 0, 'Gray_Hair': -1}),
        ('blond', {'Black_Hair': -1, 'Brown_Hair': -1, 'Blond_Hair': 1, 'Gray_Hair': -1}),
        ('red', {'Black_Hair': -1, 'Brown_Hair': -1, 'Blond_Hair': -1, 'Gray_Hair': -1}),
        ('grey', {'Black_Hair': -1, 'Brown_Hair': -1, 'Blond_Hair': -1, 'Gray_Hair': 1}),
    ],
)
@pytest.mark.parametrize('shade', [0.93, 1.0, 1.07])
def test_colors_of_hair(name, expected, shade):
    red, green, blue = (shade * v for v in HAIR_COLORS[name])
    person = Person(hair=(red, green, blue))
    assert {k: told(person)[k] for k in expected} == expected
    bald = told(replace(person, hair_style='bald'))
    assert bald['Bald'] == 1 and {bald[k] for k in expected} == {-1}


def test_buzz_hair_of_skin_color_is_unknown():
    person = Person(hair_style='buzz', hair=HAIR_COLORS['blond'], skin=(0.6, 0.42, 0.35))
    assert told(person)['Bald'] == told(person)['Blond_Hair'] == 0
    dark = told(replace(person, hair=HAIR_COLORS['black']))
    assert (dark['Bald'], dark['Black_Hair']) == (-1, 1)
    assert told(replace(person, hair_style='short'))['Blond_Hair'] == 1


@pytest.mark.parametrize(
    ('style', 'density', 'expected'),
    [
        ('full', 0.0, (1, -1, -1, -1)),
        ('full', 0.45, (0, 1, -1, -1)),
        ('full', 0.9, (-1, -1, -1, 1)),
        ('goatee', 0.9, (-1, -1, 1, -1)),
        ('circle', 0.9, (-1, -1, 1, 1)),
        ('mustache', 0.9, (-1, -1, -1, 1)),
    ],
)
def test_beards(style, density, expected):
    names = ('No_Beard', '5_o_Clock_Shadow', 'Goatee', 'Mustache')
    person = Person(gender=0.9, beard=density, beard_style=style)
    assert tuple(told(person)[k] for k in names) == expected
    if density:
        unseen = told(replace(person, hair=person.skin))
        assert {unseen[k] for k in names} == {0}


def test_the_other_traits():
    plain = told(Person(gender=0.9, age=0.5, glasses=False))
    assert (plain['Male'], plain['Young'], plain['Eyeglasses'], plain['Smiling']) == (1, 1, -1, -1)
    assert told(Person(glasses=True))['Eyeglasses'] == 1
    assert told(Person(), Scene(occluder='sunglasses'))['Eyeglasses'] == 1
    assert told(Person(age=0.8))['Young'] == -1 and told(Person(age=0.65))['Young'] == 0
    assert told(Person(), Scene(blur=1.6))['Blurry'] == 1
    assert told(Person(), **{'12': 0.5})['Smiling'] == 1
    assert told(Person(hair_style='long', fringe=True))['Bangs'] == 1
    assert told(Person(hair_style='long'))['Bangs'] == 0
    assert told(Person(hair_style='buzz', fringe=True))['Bangs'] == -1


def test_hidden_attributes_are_unknown():
    for seed in range(100):
        values = told(sample_celebrity(np.random.default_rng(seed)))
        assert all(values[name] == 0 for name in CELEBA_ATTRIBUTES if name not in SHOWN)
        for name in ('Male', 'Young', 'Chubby', 'Pale_Skin', 'Wearing_Lipstick', 'Bangs'):
            assert values[name], name


@pytest.mark.parametrize('mouth', MOUTHS)
def test_an_open_mouth_is_measured_in_the_image(renderer: Renderer, mouth: str):
    position = CELEBA_ATTRIBUTES.index('Mouth_Slightly_Open')
    for seed in range(6):
        person = sample_celebrity(np.random.default_rng(seed))
        units = {au: 0.8 * x for au, x in MOUTHS[mouth].action_units.items()}
        scene = Scene(face_units=face_units(units), yaw=12)
        marks = renderer.render(person, scene, 48).landmarks
        value = attributes(person, scene, units, marks)[position]
        assert value == (1 if 'open' in mouth else -1)
