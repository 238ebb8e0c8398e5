"""Recipes of action units, gaze and head pose, and those of the basic expressions."""

from collections.abc import Mapping
from dataclasses import dataclass

from mmfer.synthetic.expressions import action_units as facs


@dataclass(frozen=True)
class Recipe:
    """An expression at its full intensity.

    Args:
        action_units: Intensities, see :mod:`mmfer.synthetic.expressions.action_units`.
        gaze: Direction to the right of the image and up, each from -1 to 1 (AU 61 to 64).
        yaw, pitch, roll: Head pose in degrees with the signs of
            :class:`mmfer.synthetic.render.scene.Scene` (AU 51 to 56).
        source: The literature behind the recipe, and the parts that are our choice.
        held: Action units that keep their intensity in weak expressions, such as closed lids.
    """

    action_units: Mapping[str, float]
    gaze: tuple[float, float] = (0.0, 0.0)
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    source: str = ''
    held: tuple[str, ...] = ()

    def mirrored(self) -> 'Recipe':
        """The same expression with left and right swapped."""
        return Recipe(
            facs.mirrored(self.action_units),
            (-self.gaze[0], self.gaze[1]),
            -self.yaw,
            self.pitch,
            -self.roll,
            self.source,
            self.held,
        )


def blended(first: Recipe, second: Recipe, weight: float) -> Recipe:
    """A mixture in which ``second`` has the share ``weight`` and ``first`` the rest."""

    def mix(a: float, b: float) -> float:
        return (1 - weight) * a + weight * b

    units = list(dict.fromkeys([*first.action_units, *second.action_units]))
    return Recipe(
        {
            au: mix(first.action_units.get(au, 0.0), second.action_units.get(au, 0.0))
            for au in units
        },
        (mix(first.gaze[0], second.gaze[0]), mix(first.gaze[1], second.gaze[1])),
        mix(first.yaw, second.yaw),
        mix(first.pitch, second.pitch),
        mix(first.roll, second.roll),
        f'{first.source} / {second.source}',
    )


BASIC_RECIPES: dict[str, Recipe] = {
    'neutral': Recipe({}, source='No action unit (FACS).'),
    'happiness': Recipe(
        {'6': 0.9, '12': 1.1, '25': 0.8, '26': 0.3, '10': 0.25},
        source='6+12 with 25 or 26, the Duchenne smile (Ekman, Davidson & Friesen 1990); '
        '10 is our choice, it bares the upper teeth.',
    ),
    'sadness': Recipe(
        {'1': 1.0, '4': 0.35, '15': 1.0, '17': 0.7, '43': 0.2},
        gaze=(0.0, -0.3),
        pitch=4.0,
        source='1+4+15, 17 and 64 as variants (Investigator’s Guide); lids and head are ours.',
    ),
    'surprise': Recipe(
        {'1': 0.8, '2': 1.0, '5': 0.8, '26': 1.0, '25': 0.3},
        source='1+2+5+26 (Investigator’s Guide).',
    ),
    'fear': Recipe(
        {'1': 1.0, '2': 0.35, '4': 0.55, '5': 1.0, '20': 1.0, '25': 0.8, '16': 0.5, '26': 0.15},
        source='1+2+4+5+20+25 (Investigator’s Guide); 16 is our choice, it bares the lower '
        'teeth as a pulled platysma does.',
    ),
    'anger': Recipe(
        {'4': 1.0, '5': 0.5, '7': 0.6, '23': 0.9, '17': 0.3},
        pitch=3.0,
        source='4+5+7+23 (Investigator’s Guide), 17 as in its variant with 24.',
    ),
    'disgust': Recipe(
        {'9': 1.0, '10': 0.9, '4': 0.4, '7': 0.7, '15': 0.4, '17': 0.4, '25': 0.3},
        pitch=-3.0,
        source='9+10+17, 16+25 as variants (Investigator’s Guide); 4 and 7 come with a strong 9.',
    ),
    'contempt': Recipe(
        {'L12': 0.6, 'L14': 1.0, '7': 0.2},
        pitch=-4.0,
        source='Unilateral 12+14 (Ekman & Friesen 1986); the raised chin is ours.',
    ),
}
"""The seven classes of RAF-DB, and contempt."""
