"""People whose hair, beards, make-up and spectacles are as frequent as in CelebA.

The frequencies approximate those of CelebA's attributes (Liu et al., *Deep learning face
attributes in the wild*, ICCV 2015), quoted from memory, for attributes that the renderer can draw.
"""

from dataclasses import dataclass, replace

import numpy as np

from mmfer.synthetic.people.random_people import BLACK, GREY, sample_person
from mmfer.synthetic.render.scene import Color, Person

YOUNG = 0.774
MALE = 0.417
YOUNG_AGES, OLD_AGES = (0.37, 0.6), (0.7, 0.95)
"""18 to 38 and 51 to 84 years; ages between are left out, because "young" is unclear there."""
GREY_IF_OLD = 0.19
FRINGE = 0.33
GLASSES = 0.065
CHUBBY = 0.058
PALE_IF_FAIR = 0.06
LIPSTICK_IF_FEMALE = 0.8
BUSHY_IF_FEMALE, BUSHY_IF_MALE = 0.07, 0.24

HAIR_COLORS: dict[str, Color] = {
    'black': BLACK,
    'dark brown': (0.075, 0.045, 0.03),
    'brown': (0.17, 0.095, 0.05),
    'dark blond': (0.33, 0.23, 0.125),
    'blond': (0.62, 0.46, 0.23),
    'red': (0.32, 0.1, 0.04),
    'grey': GREY,
}
HAIR_IF_FAIR = {
    'black': 0.12,
    'dark brown': 0.2,
    'brown': 0.28,
    'dark blond': 0.12,
    'blond': 0.22,
    'red': 0.06,
}
HAIR_IF_DARK = {'black': 0.65, 'dark brown': 0.3, 'brown': 0.05}

LIPSTICKS: tuple[Color, ...] = ((0.45, 0.015, 0.03), (0.6, 0.06, 0.16), (0.3, 0.012, 0.05))
PALE: Color = (0.9, 0.74, 0.68)


@dataclass(frozen=True)
class FacialHair:
    """A kind of beard: its share among men, its form and its density."""

    share: float
    style: str
    density: tuple[float, float]


FACIAL_HAIR = (
    FacialHair(0.58, 'full', (0.0, 0.0)),
    FacialHair(0.2, 'full', (0.4, 0.5)),
    FacialHair(0.05, 'full', (0.8, 1.0)),
    FacialHair(0.06, 'goatee', (0.85, 1.0)),
    FacialHair(0.06, 'circle', (0.85, 1.0)),
    FacialHair(0.05, 'mustache', (0.85, 1.0)),
)
"""None, stubble, and beards."""


def _hair_color(rng: np.random.Generator, fair: bool, young: bool) -> Color:
    shares = HAIR_IF_FAIR if fair else HAIR_IF_DARK
    name = str(rng.choice(list(shares), p=list(shares.values())))
    if not young and rng.random() < GREY_IF_OLD:
        name = 'grey'
    red, green, blue = HAIR_COLORS[name]
    shade = float(rng.uniform(0.93, 1.07))
    return shade * red, shade * green, shade * blue


def _facial_hair(rng: np.random.Generator, male: bool) -> tuple[str, float]:
    kind = FACIAL_HAIR[rng.choice(len(FACIAL_HAIR), p=[kind.share for kind in FACIAL_HAIR])]
    density = float(rng.uniform(*kind.density))
    return (kind.style, density) if male else ('full', 0.0)


def sample_celebrity(rng: np.random.Generator) -> Person:
    """Draw an adult; each trait is either clearly present or clearly absent."""
    young, male = bool(rng.random() < YOUNG), bool(rng.random() < MALE)
    age = float(rng.uniform(*(YOUNG_AGES if young else OLD_AGES)))
    gender = float(rng.uniform(0.85, 1.0) if male else rng.uniform(0.0, 0.15))
    ethnicity = rng.dirichlet([0.3, 0.3, 1.2])
    person = sample_person(rng, age, gender, ethnicity)
    fair = bool(ethnicity[2] > 0.5)
    beard_style, beard = _facial_hair(rng, male)
    bushy = rng.random() < (BUSHY_IF_MALE if male else BUSHY_IF_FEMALE)
    thickness = rng.uniform(1.7, 2.1) if bushy else rng.uniform(0.65, 0.95) + 0.15 * male
    chubby, painted = rng.random() < CHUBBY, not male and rng.random() < LIPSTICK_IF_FEMALE
    pale = fair and rng.random() < PALE_IF_FAIR
    skin = PALE if pale else person.skin
    natural = (0.85 * skin[0], 0.5 * skin[1], 0.58 * skin[2])
    rounding = {f'cheek/{side}-cheek-volume-incr': 0.8 for side in 'lr'}
    fat = {'head/head-fat-incr': 1.0, 'neck/neck-double-incr': 0.8, **rounding}
    return replace(
        person,
        skin=skin,
        hair=_hair_color(rng, fair, young),
        fringe=bool(rng.random() < FRINGE),
        beard_style=beard_style,
        beard=beard,
        brow_thickness=float(thickness),
        brow_opacity=0.97 if bushy else float(rng.uniform(0.6, 0.85)),
        weight=1.0 if chubby else float(rng.uniform(0.3, 0.6)),
        details=person.details | (fat if chubby else {}),
        lip=LIPSTICKS[rng.integers(len(LIPSTICKS))] if painted else natural,
        glasses=bool(rng.random() < GLASSES),
    )
