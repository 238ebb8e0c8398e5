"""Random expressions of a class, and random scenes that show them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmfer.synthetic.expressions.action_units import face_units, gaze_units
from mmfer.synthetic.expressions.basic_expressions import Recipe, blended
from mmfer.synthetic.layouts.conditions import EVEN_YAW, Conditions, Range
from mmfer.synthetic.layouts.layout import Layout
from mmfer.synthetic.render.scene import Scene

LIDS = '43'
RESTING = tuple(map(str, (1, 2, 4, 5, 6, 7, 9, 10, 12, *range(14, 19), 20, *range(23, 27))))
"""The action units that :attr:`Conditions.resting` adds to an expression."""
RESTING_SHARE = 0.25
"""The probability of each."""
MAX_YAW, MAX_PITCH, MAX_ROLL = 60.0, 35.0, 35.0


@dataclass(frozen=True)
class Expression:
    """The expression shown in one image, with its truth."""

    recipe: Recipe
    """The recipe after scaling and jitter; its pose does not include the scene's random pose."""
    distribution: dict[str, float]
    intensity: float


@dataclass(frozen=True)
class Shot:
    """An expression in a scene."""

    expression: Expression
    scene: Scene
    gaze: tuple[float, float]


def _uniform(rng: np.random.Generator, bounds: Range) -> float:
    return float(rng.uniform(*bounds))


def _color(values: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = (float(v) for v in values)
    return red, green, blue


def _partner(label: int, parents: Sequence[int], rng: np.random.Generator) -> int:
    """Draw another class; with probability 0.5 one of the same coarse class, if there is one."""
    others = [c for c in range(len(parents)) if c != label]
    siblings = [c for c in others if parents[c] == parents[label]]
    return int(rng.choice(siblings if siblings and rng.random() < 0.5 else others))


def _drawn(layout: Layout, name: str, conditions: Conditions, rng: np.random.Generator) -> Recipe:
    """Draw a recipe of a class, mirrored or not."""
    recipes = [layout.recipes[name]]
    if conditions.variants:
        recipes += layout.variants.get(name, ())
    recipe = recipes[int(rng.integers(len(recipes)))] if len(recipes) > 1 else recipes[0]
    return recipe.mirrored() if rng.random() < 0.5 else recipe


def sample_expression(
    layout: Layout, label: int, conditions: Conditions, rng: np.random.Generator
) -> Expression:
    """Draw an expression of a class.

    Closed lids do not weaken at low intensity, because half-closed eyes distinguish classes.
    """
    name = layout.classes[label]
    recipe = _drawn(layout, name, conditions, rng)
    distribution = {name: 1.0}
    if rng.random() < conditions.blend_rate:
        second = layout.classes[_partner(label, layout.parents, rng)]
        weight = round(_uniform(rng, conditions.blend_weight), 4)
        recipe = blended(recipe, _drawn(layout, second, conditions, rng), weight)
        distribution = {name: round(1 - weight, 4), second: weight}
    intensity = _uniform(rng, conditions.intensity)
    units = {}
    for au, level in recipe.action_units.items():
        factor = float(np.clip(rng.normal(1, conditions.jitter), 0.6, 1.4))
        shown = level * factor * (max(intensity, 0.75) if au == LIDS else intensity)
        units[au] = level if au in recipe.held else shown
    if conditions.resting:
        for au in RESTING:
            if rng.random() < RESTING_SHARE:
                units[au] = units.get(au, 0.0) + _uniform(rng, (0.0, conditions.resting))
    if LIDS not in units and rng.random() < 0.2:
        units[LIDS] = _uniform(rng, (0.0, 0.2))
    scaled = Recipe(
        units,
        (recipe.gaze[0] * intensity, recipe.gaze[1] * intensity),
        recipe.yaw * intensity,
        recipe.pitch * intensity,
        recipe.roll * intensity,
        recipe.source,
    )
    return Expression(scaled, distribution, intensity)


def _asymmetric(
    units: dict[str, float], largest: float, rng: np.random.Generator
) -> dict[str, float]:
    """Weaken the face units of one side, drawn at random; lids stay symmetric."""
    weaker = 'Left' if rng.random() < 0.5 else 'Right'
    factor = 1 - _uniform(rng, (0.0, largest))
    return {
        unit: x * factor if unit.endswith(weaker) and not unit.startswith('eye') else x
        for unit, x in units.items()
    }


def sample_shot(
    layout: Layout, label: int, conditions: Conditions, rng: np.random.Generator
) -> Shot:
    """Draw an expression of a class and a scene that shows it."""
    c = conditions
    expression = sample_expression(layout, label, c, rng)
    recipe = expression.recipe
    gaze = (
        float(np.clip(recipe.gaze[0] + rng.normal(0, 0.1), -1, 1)),
        float(np.clip(recipe.gaze[1] + rng.normal(0, 0.08), -1, 1)),
    )
    units = _asymmetric(face_units(recipe.action_units), c.asymmetry, rng) | gaze_units(*gaze)
    occluder = str(rng.choice(c.occluders)) if rng.random() < c.occluder_rate else None
    jpeg = int(rng.integers(c.jpeg_quality[0], c.jpeg_quality[1] + 1))
    drawn = Scene(
        face_units=units,
        yaw=float(np.clip(rng.normal(recipe.yaw, c.yaw), -MAX_YAW, MAX_YAW)),
        pitch=float(np.clip(rng.normal(recipe.pitch, c.pitch), -MAX_PITCH, MAX_PITCH)),
        roll=float(np.clip(rng.normal(recipe.roll, c.roll), -MAX_ROLL, MAX_ROLL)),
        zoom=_uniform(rng, c.zoom),
        close=c.close,
        light=(
            _uniform(rng, c.light_azimuth),
            _uniform(rng, c.light_elevation),
            _uniform(rng, c.light_strength),
        ),
        light_color=_color(np.array([1, 0.97, 0.93]) * rng.uniform(0.9, 1.1, 3)),
        background=_color(rng.uniform(0.05, 0.7) * rng.uniform(0.8, 1.2, 3)),
        shirt=_color(rng.uniform(0.02, 0.45, 3)),
        occluder=occluder,
        blur=_uniform(rng, c.blur),
        noise=_uniform(rng, c.noise),
        jpeg_quality=jpeg if rng.random() < c.jpeg_rate else None,
        seed=int(rng.integers(1_000_000)),
    )
    if any(c.shade):
        drawn = replace(drawn, shade=_uniform(rng, c.shade))
    if c.even_yaw and rng.random() < c.even_yaw:
        drawn = replace(drawn, yaw=_uniform(rng, (-EVEN_YAW, EVEN_YAW)))
    return Shot(expression, layout.staged(drawn, rng), gaze)
