"""The skin: a texture painted once per person, and folds that deepen with the expression."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from mmfer.synthetic.render.arrays import f32, smoothstep
from mmfer.synthetic.render.cylindrical_chart import SIZE, Chart
from mmfer.synthetic.render.hair import forehead_shift, hairline
from mmfer.synthetic.render.scene import BEARD_STYLES, Person

FOLD_UNITS = {
    'forehead': {'browInnerUp': 0.8, 'browOuterUpLeft': 0.4, 'browOuterUpRight': 0.4},
    'glabella': {'browDownLeft': 0.5, 'browDownRight': 0.5},
    'crow': {
        **{f'cheekSquint{side}': 0.4 for side in ('Left', 'Right')},
        **{f'eyeSquint{side}': 0.15 for side in ('Left', 'Right')},
        **{f'mouthSmile{side}': 0.1 for side in ('Left', 'Right')},
    },
    'nasolabial': {
        **{f'mouthSmile{side}': 0.3 for side in ('Left', 'Right')},
        **{f'noseSneer{side}': 0.3 for side in ('Left', 'Right')},
        **{f'mouthUpperUp{side}': 0.2 for side in ('Left', 'Right')},
    },
    'bridge': {'noseSneerLeft': 0.5, 'noseSneerRight': 0.5},
}
"""Weights of the face units that deepen each fold."""


@dataclass(frozen=True)
class SkinTexture:
    """The skin of a person, in the coordinates of the chart."""

    paint: np.ndarray
    """(512, 512, 4) float32: linear reflectance, and the share of hair."""
    bump: np.ndarray
    """(512, 512, 3) float32, added to the normals."""


def noise(rng: np.random.Generator, across: float, along: float | None = None) -> np.ndarray:
    """Smooth noise (512, 512) of unit standard deviation; ``across`` and ``along`` are texels."""
    white = rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    smooth = cv2.GaussianBlur(white, (0, 0), across, sigmaY=along or across)
    return smooth / smooth.std()


class SkinPainter:
    """Paints skins; masks that all people share are prepared once."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        x, y, front = chart.side, chart.y, smoothstep(0.5, 0.8, chart.z)

        def spot(cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
            return np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2) * front

        self.blush = 0.7 * spot(0.42, 6.98, 0.2, 0.16) + 0.6 * spot(0, 6.98, 0.12, 0.1)
        self.blush += 0.3 * spot(0.95, 7.1, 0.1, 0.3) + 0.25 * spot(0, 6.32, 0.2, 0.1)
        self.bags = spot(0.3, 7.13, 0.17, 0.05)
        self.lids = spot(0.31, 7.33, 0.2, 0.06)
        rest = np.stack([chart.x, chart.y, chart.z], -1)
        self.hairline = cv2.GaussianBlur(hairline(rest), (0, 0), 2)
        self.temples = smoothstep(0.6, 0.95, chart.z)
        self.brow_x = np.clip((x - 0.10) / 0.46, -1, 2)
        inner = np.clip(self.brow_x, 0, 1)
        arch = 0.075 * np.sin(2.2 * inner) - 0.05 * np.clip(self.brow_x - 0.6, 0, 1)
        self.brow_y = y - (7.405 + arch)
        self.brow_width = 0.048 * np.clip(1.15 - 0.75 * inner, 0.2, 1)
        cheek = y - 0.35 * np.clip(x - 0.5, 0, 1)
        beard = smoothstep(6.95, 6.7, cheek) * smoothstep(5.95, 6.15, y) * front
        beard *= smoothstep(0.0, 0.05, np.abs(y - 6.55) + 0.2 * x)
        moustache = np.exp(-(((y - 6.80) / 0.045) ** 2)) * smoothstep(0.36, 0.30, x) * front
        goatee = beard * smoothstep(0.3, 0.22, x) * smoothstep(6.66, 6.6, y)
        self.beards = {
            'full': np.maximum(beard, moustache),
            'goatee': goatee,
            'mustache': moustache,
            'circle': np.maximum(goatee, moustache),
        }
        self.front = front
        self.folds = {name: chart.bump(relief) for name, relief in folds(chart, front).items()}

    def paint(self, person: Person) -> SkinTexture:
        """The skin of a person.

        Raises:
            ValueError: If the beard style is not in ``BEARD_STYLES``.
        """
        if person.beard_style not in BEARD_STYLES:
            raise ValueError(
                f'Person.beard_style is "{person.beard_style}": give one of {BEARD_STYLES}.'
            )
        rng = np.random.default_rng([person.seed, 1])
        skin = f32(person.skin)
        hair = f32(person.hair)
        broad, fine, pores = noise(rng, 14), noise(rng, 3.5), noise(rng, 1.1)
        strands = noise(rng, 0.7, 1.8)

        tone = (1 + 0.035 * broad + 0.02 * fine + 0.02 * pores)[..., None]
        paint = skin * tone
        flush = np.clip(self.blush * person.blush + 0.04 * broad, 0, 1)[..., None]
        paint *= 1 + np.array([0.06, -0.14, -0.15], np.float32) * flush
        paint *= 1 - np.array([0.12, 0.14, 0.12], np.float32) * (
            self.bags * person.eye_bags + 0.6 * self.lids
        )[..., None].clip(0, 2.5)

        brow = smoothstep(
            1.25, 0.35, np.abs(self.brow_y) / (self.brow_width * person.brow_thickness)
        )
        brow *= smoothstep(-0.06, 0.05, self.brow_x) * smoothstep(1.06, 0.9, self.brow_x)
        brow *= self.front * person.brow_opacity * np.clip(0.8 + 0.25 * strands, 0, 1)
        beard = (
            self.beards[person.beard_style] * person.beard * np.clip(0.75 + 0.22 * strands, 0, 1)
        )
        scalp = self._scalp(person, strands)
        share = 1 - (1 - brow) * (1 - beard) * (1 - scalp)
        share = np.clip(share, 0, 1)[..., None]
        paint = paint * (1 - share) + hair * 0.75 * share

        age = person.wrinkles
        relief = 0.0008 * pores + (0.0003 + 0.0012 * age) * fine
        bump = self.chart.bump(relief.astype(np.float32))
        return SkinTexture(np.concatenate([paint, share], -1).astype(np.float32), bump)

    def _scalp(self, person: Person, strands: np.ndarray) -> np.ndarray:
        if person.hair_style == 'bald':
            return np.zeros_like(strands)
        line = self.hairline - forehead_shift(person) * self.temples
        return 0.97 * smoothstep(-0.01, 0.08, line + 0.015 * strands)


def folds(chart: Chart, front: np.ndarray) -> dict[str, np.ndarray]:
    """Reliefs (512, 512) of the folds, in units of the mesh."""
    x, y, signed = chart.side, chart.y, chart.x
    wave = 0.5 * np.sin(5 * signed) + 0.3 * np.sin(11 * signed + 1)
    brow = smoothstep(7.55, 7.7, y) * smoothstep(8.0, 7.85, y) * smoothstep(0.6, 0.25, x) * front
    forehead = 0.009 * np.sin(38 * y + wave) * brow
    frown = np.exp(-(((x - 0.07) / 0.02) ** 2) - ((y - 7.45) / 0.09) ** 2) * front
    angle, reach = np.arctan2(y - 7.27, x - 0.4), np.hypot(x - 0.62, 0.8 * (y - 7.25))
    crow = 0.005 * np.sin(15 * angle) * np.exp(-((reach / 0.1) ** 2)) * front
    along = np.clip((7.0 - y) / 0.42, -0.3, 1.3)
    line = 0.21 + 0.24 * along + 0.05 * np.sin(np.pi * along)
    ends = smoothstep(-0.1, 0.15, along) * smoothstep(1.2, 0.8, along)
    nasolabial = -0.016 * np.exp(-(((x - line) / 0.035) ** 2)) * ends * front
    bridge = np.exp(-((x / 0.13) ** 2) - ((y - 7.25) / 0.09) ** 2) * front
    reliefs = {
        'forehead': forehead,
        'glabella': -0.014 * frown,
        'crow': crow,
        'nasolabial': nasolabial,
        'bridge': 0.006 * np.sin(55 * y + 30 * x * x) * bridge,
    }
    return {name: relief.astype(np.float32) for name, relief in reliefs.items()}


def fold_depths(person: Person, face_units: Mapping[str, float]) -> dict[str, float]:
    """Depth of each fold, about 0 to 1.5."""
    resting = {'forehead': 0.6, 'glabella': 0.4, 'crow': 0.6, 'nasolabial': 0.7, 'bridge': 0.0}
    youth = min(1.0, 0.25 + 1.2 * person.age)
    return {
        name: person.wrinkles * resting[name]
        + youth
        * (0.7 + 0.5 * person.wrinkles)
        * min(1.0, sum(weight * face_units.get(unit, 0.0) for unit, weight in units.items()))
        for name, units in FOLD_UNITS.items()
    }
