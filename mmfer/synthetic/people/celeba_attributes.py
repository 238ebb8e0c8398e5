"""CelebA's attributes of a rendering, derived from its person, scene and landmarks.

An attribute is 1 or -1 where the renderer's parameters are clear. An attribute is 0 (unknown)
between two thresholds, for everything that the renderer cannot draw (a hat, earrings, waves) and
for matters of taste (attractive, oval, big). Stubble makes the attributes of beards unknown.
"""

import numpy as np

from mmfer.labels import CELEBA_ATTRIBUTES
from mmfer.synthetic.render.scene import Person, Scene

SMILE = '12'
BEARD_CONTRAST = 0.07
"""Smallest difference in mean reflectance at which a beard stands out from the skin."""
BUZZ_CONTRAST = 1.5
"""Smallest ratio of mean reflectances at which cropped hair stands out from the skin."""
INNER_LIPS = ((61, 67), (62, 66), (63, 65))
"""Pairs of upper and lower landmarks."""


SHOWN = (
    '5_o_Clock_Shadow',
    'Bald',
    'Bangs',
    'Black_Hair',
    'Blond_Hair',
    'Blurry',
    'Brown_Hair',
    'Bushy_Eyebrows',
    'Chubby',
    'Eyeglasses',
    'Goatee',
    'Gray_Hair',
    'Male',
    'Mouth_Slightly_Open',
    'Mustache',
    'No_Beard',
    'Pale_Skin',
    'Smiling',
    'Wearing_Lipstick',
    'Young',
)
"""Attributes that a rendering can show."""


def decided(value: float, absent: float, present: float) -> int:
    """1 at ``present`` and beyond, -1 at ``absent`` and beyond, 0 in between, in either order."""
    sign = 1 if present > absent else -1
    return int(sign * value >= sign * present) - int(sign * value <= sign * absent)


def lip_gap(landmarks: np.ndarray) -> float:
    """Mean distance between the inner lips in eye distances, from (68, 2) landmarks."""
    upper, lower = (landmarks[list(ids)] for ids in zip(*INNER_LIPS, strict=True))
    eyes = landmarks[42:48].mean(0) - landmarks[36:42].mean(0)
    return float(np.linalg.norm(lower - upper, axis=1).mean() / np.linalg.norm(eyes))


def _hair(person: Person) -> dict[str, int]:
    names = ('Black_Hair', 'Brown_Hair', 'Blond_Hair', 'Gray_Hair')
    if person.hair_style == 'bald':
        return {'Bald': 1, 'Bangs': -1, **dict.fromkeys(names, -1)}
    lighter, darker = sorted((np.mean(person.skin), np.mean(person.hair)), reverse=True)
    if person.hair_style == 'buzz' and lighter < BUZZ_CONTRAST * darker:
        return {'Bangs': -1}
    red, green, blue = person.hair
    tone, colorful, reddish = (red + green + blue) / 3, red / blue, red / green
    grey = decided(colorful, 1.5, 1.2) if tone > 0.2 else -1
    bright = decided(tone, 0.15, 0.36) if reddish < 2.5 else -1
    dark = decided(tone, 0.08, 0.04)
    brown = -1 if reddish >= 2.5 or grey == 1 else min(-dark, -bright)
    hangs = person.hair_style in ('bob', 'long')
    fringe = 0 if person.fringe is None else 2 * int(person.fringe) - 1
    return {
        'Bald': -1,
        'Bangs': fringe if hangs else -1,
        'Black_Hair': dark,
        'Brown_Hair': brown,
        'Blond_Hair': -1 if grey == 1 else bright,
        'Gray_Hair': grey,
    }


def _beard(person: Person) -> dict[str, int]:
    if person.beard < 0.05:
        return {'No_Beard': 1, '5_o_Clock_Shadow': -1, 'Goatee': -1, 'Mustache': -1}
    style, dense = person.beard_style, decided(person.beard, 0.55, 0.75)
    contrast = person.beard * (np.mean(person.skin) - np.mean(person.hair))
    if dense == 0 or contrast < BEARD_CONTRAST:
        return {}
    if dense == -1:
        shadow = 1 if style == 'full' else -1
        return {'5_o_Clock_Shadow': shadow, 'Goatee': -1, 'Mustache': -1}
    return {
        'No_Beard': -1,
        '5_o_Clock_Shadow': -1,
        'Goatee': 1 if style in ('goatee', 'circle') else -1,
        'Mustache': -1 if style == 'goatee' else 1,
    }


def _lipstick(person: Person) -> int:
    redness = (person.lip[0] / person.lip[1]) / (person.skin[0] / person.skin[1])
    return decided(redness, 2.0, 2.8)


def attributes(
    person: Person, scene: Scene, action_units: dict[str, float], landmarks: np.ndarray
) -> list[int]:
    """The 40 attributes of an image in CelebA's order: 1 present, -1 absent, 0 unknown.

    Args:
        person, scene: The rendered person and scene.
        action_units: The rendered expression.
        landmarks: (68, 2) in pixels.
    """
    known = {
        **_hair(person),
        **_beard(person),
        'Blurry': decided(scene.blur, 0.7, 1.4),
        'Bushy_Eyebrows': decided(person.brow_thickness * person.brow_opacity, 1.1, 1.5),
        'Chubby': decided(person.weight, 0.7, 0.95),
        'Eyeglasses': 1 if person.glasses or scene.occluder == 'sunglasses' else -1,
        'Male': decided(person.gender, 0.3, 0.7),
        'Mouth_Slightly_Open': decided(lip_gap(landmarks), 0.045, 0.06),
        'Pale_Skin': decided(min(person.skin), 0.5, 0.6),
        'Smiling': decided(action_units.get(SMILE, 0.0), 0.15, 0.3),
        'Wearing_Lipstick': _lipstick(person),
        'Young': decided(person.age, 0.68, 0.62),
    }
    return [known.get(name, 0) for name in CELEBA_ATTRIBUTES]
