"""Random people."""

from dataclasses import dataclass

import numpy as np

from mmfer.synthetic.render.scene import Color, Person

AGE_GROUPS = ('0-3', '4-19', '20-39', '40-69', '70+')
GENDERS = ('male', 'female')
RACES = ('caucasian', 'african-american', 'asian')

DETAILS = (
    *(f'head/head-{x}' for x in ('oval', 'round', 'square', 'triangular', 'rectangular')),
    *(f'head/head-{x}' for x in ('invertedtriangular', 'fat-incr', 'fat-decr')),
    *(f'nose/nose-{x}' for x in ('hump-incr', 'scale-horiz-incr', 'scale-horiz-decr')),
    *(f'nose/nose-{x}' for x in ('scale-vert-incr', 'scale-depth-incr', 'point-up')),
    *(f'nose/nose-{x}' for x in ('point-down', 'flaring-incr', 'width1-incr')),
    *(f'mouth/mouth-{x}' for x in ('scale-horiz-incr', 'scale-horiz-decr', 'trans-up')),
    *(f'mouth/mouth-{x}' for x in ('trans-down', 'lowerlip-volume-incr')),
    *(f'mouth/mouth-{x}' for x in ('upperlip-volume-incr', 'upperlip-volume-decr')),
    *(f'chin/chin-{x}' for x in ('width-incr', 'width-decr', 'height-incr', 'height-decr')),
    *(f'chin/chin-{x}' for x in ('cleft-incr', 'prominent-incr')),
    *(f'forehead/forehead-scale-vert-{x}' for x in ('incr', 'decr')),
    *(f'eyebrows/eyebrows-{x}' for x in ('angle-down', 'angle-up', 'trans-down', 'trans-up')),
)
"""Shape targets that vary from person to person."""

PAIRED_DETAILS = (
    *(f'eyes/{{}}-eye-{x}' for x in ('scale-incr', 'scale-decr', 'trans-in', 'trans-out')),
    *(f'eyes/{{}}-eye-{x}' for x in ('eyefold-down', 'epicanthus-in')),
    *(f'eyes/{{}}-eye-{x}' for x in ('corner1-up', 'corner2-down')),
    *(f'cheek/{{}}-cheek-{x}' for x in ('bones-incr', 'volume-incr', 'volume-decr')),
    'ears/{}-ear-scale-incr',
)
"""Shape targets of the left (``l``) and right (``r``) side, which get the same weight."""

BLACK: Color = (0.035, 0.028, 0.025)
GREY: Color = (0.45, 0.44, 0.43)
HAIR: tuple[Color, ...] = (
    BLACK,
    (0.13, 0.07, 0.04),
    (0.28, 0.17, 0.09),
    (0.5, 0.34, 0.16),
    (0.3, 0.1, 0.05),
)
IRIS: tuple[Color, ...] = (
    (0.06, 0.03, 0.015),
    (0.12, 0.07, 0.03),
    (0.1, 0.17, 0.22),
    (0.1, 0.16, 0.08),
)
SKIN = np.array([[0.20, 0.105, 0.065], [0.64, 0.44, 0.30], [0.68, 0.45, 0.36]])
"""Mean reflectance of African, Asian and Caucasian skin."""


@dataclass(frozen=True)
class Group:
    """The group of a person in RAF-DB's coding: indices into the three tuples above."""

    gender: int
    race: int
    age: int

    def names(self) -> dict[str, str]:
        """The group in words."""
        return {
            'gender': GENDERS[self.gender],
            'race': RACES[self.race],
            'age': AGE_GROUPS[self.age],
        }


def years(age: float) -> float:
    """Convert :attr:`Person.age` to years: 0 is newborn, 0.5 is 25 and 1 is 90 years old."""
    return float(np.interp(age, [0.0, 0.1875, 0.5, 1.0], [0.0, 8.0, 25.0, 90.0]))


def group_of(person: Person) -> Group:
    """The group of a person: gender and race of the largest share, and age group."""
    african, asian, caucasian = person.ethnicity
    return Group(
        gender=int(person.gender < 0.5),
        race=int(np.argmax([caucasian, african, asian])),
        age=int(np.searchsorted([4, 20, 40, 70], years(person.age), side='right')),
    )


def _color(values: np.ndarray) -> Color:
    red, green, blue = (float(np.clip(v, 0.0, 1.0)) for v in values)
    return red, green, blue


def _age(rng: np.random.Generator) -> float:
    """10 % babies and toddlers, 15 % children, 50 % young adults, 25 % older."""
    low, high = ((0.0, 0.1), (0.1, 0.35), (0.35, 0.65), (0.65, 1.0))[
        rng.choice(4, p=[0.1, 0.15, 0.5, 0.25])
    ]
    return float(rng.uniform(low, high))


def _details(rng: np.random.Generator, age: float) -> dict[str, float]:
    strength = 0.45 if age > 0.2 else 0.22
    details = {
        str(name): float(rng.uniform(0, strength))
        for name in rng.choice(DETAILS, 10, replace=False)
    }
    for name in rng.choice(PAIRED_DETAILS, 4, replace=False):
        weight = float(rng.uniform(0, strength))
        details |= {str(name).format(side): weight for side in 'lr'}
    return details


def _hair_style(rng: np.random.Generator, female: bool, age: float) -> str:
    if age < 0.08:
        return str(rng.choice(['bald', 'buzz', 'short'], p=[0.3, 0.5, 0.2]))
    if female:
        return str(rng.choice(['short', 'bob', 'long'], p=[0.25, 0.3, 0.45]))
    bald = float(np.clip((age - 0.5) * 0.8, 0.02, 0.35)) if age > 0.35 else 0.0
    return str(rng.choice(['bald', 'buzz', 'short', 'long'], p=[bald, 0.25, 0.68 - bald, 0.07]))


def sample_person(
    rng: np.random.Generator,
    age: float | None = None,
    gender: float | None = None,
    ethnicity: np.ndarray | None = None,
) -> Person:
    """Draw a person; mixed ethnicities are common.

    Args:
        rng: Random numbers.
        age, gender, ethnicity: As in :class:`Person`; None draws the value.
    """
    if ethnicity is None:
        ethnicity = rng.dirichlet([0.35] * 3)
    if age is None:
        age = _age(rng)
    if gender is None:
        gender = float(np.clip(rng.choice([0.1, 0.9]) + rng.normal(0, 0.08), 0, 1))
    female, baby, adult = gender < 0.5, age < 0.08, age > 0.4
    skin = ethnicity @ SKIN * rng.uniform(0.8, 1.12) * rng.uniform(0.97, 1.03, 3)
    fair = ethnicity[2] > 0.5
    hair = np.array(HAIR[rng.integers(len(HAIR))] if fair else BLACK)
    grey = float(np.clip((age - 0.68) * 4, 0, 1)) * rng.uniform(0.6, 1)
    hair = hair * (1 - grey) + np.array(GREY) * grey
    style = _hair_style(rng, female, age)
    volume = {'bald': (0.0, 0.0), 'buzz': (0.02, 0.05), 'short': (0.08, 0.2)}.get(
        style, (0.14, 0.26)
    )
    thin_brows = female or age < 0.25
    return Person(
        age=age,
        gender=gender,
        ethnicity=(float(ethnicity[0]), float(ethnicity[1]), float(ethnicity[2])),
        weight=float(rng.uniform(0.3, 0.8)),
        muscle=float(rng.uniform(0.3, 0.7)),
        details=_details(rng, age),
        skin=_color(skin),
        lip=_color(skin * np.array([0.85, 0.5, 0.58]) * rng.uniform(0.8, 1.05)),
        hair=_color(hair),
        iris=IRIS[rng.integers(len(IRIS))] if fair else IRIS[0],
        hair_style=style,
        hair_volume=float(rng.uniform(*volume)),
        brow_thickness=float(rng.uniform(0.65, 0.95) if thin_brows else rng.uniform(0.9, 1.35)),
        brow_opacity=float(rng.uniform(0.3, 0.5) if baby else rng.uniform(0.6, 0.95)),
        beard=float(rng.uniform(0.2, 0.9)) if adult and not female and rng.random() < 0.4 else 0.0,
        wrinkles=max(0.0, (age - 0.6) * 2.5),
        eye_bags=0.3 if baby else 0.6 + 2 * max(0.0, age - 0.5),
        blush=float(rng.uniform(0.3, 1.2)),
        iris_radius=0.56 if baby else 0.5,
        glasses=bool(rng.random() < (0.0 if age < 0.15 else 0.1 + 0.2 * max(0.0, age - 0.4))),
        seed=int(rng.integers(1_000_000)),
    )
