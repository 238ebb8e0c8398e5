"""Spectacles and sunglasses, fitted to a person's face."""

from dataclasses import dataclass

import numpy as np

from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.scene import Color
from mmfer.synthetic.render.surface import Material

RIM_POINTS = 28
WRAP = 0.22
"""Curvature of the front of the glasses around the face, per unit of length."""


@dataclass(frozen=True)
class Solid:
    """A rigid object in the axes of a person's shape."""

    points: np.ndarray
    triangles: np.ndarray
    materials: np.ndarray

    @classmethod
    def of(cls, points: np.ndarray, triangles: np.ndarray, material: Material) -> 'Solid':
        return cls(
            points.astype(np.float32), triangles, np.full(len(triangles), material, np.uint8)
        )


def join_solids(solids: list[Solid]) -> Solid:
    """Join several solids into one."""
    starts = np.cumsum([0, *(len(solid.points) for solid in solids[:-1])])
    return Solid(
        np.concatenate([solid.points for solid in solids]),
        np.concatenate([s.triangles + start for s, start in zip(solids, starts, strict=True)]),
        np.concatenate([solid.materials for solid in solids]),
    )


def tube(path: np.ndarray, radius: float, closed: bool = False, sides: int = 6) -> Solid:
    """A round bar along a path (N, 3)."""
    count = len(path)
    around = np.roll(path, -1, 0) - np.roll(path, 1, 0)
    tangent = around if closed else np.gradient(path, axis=0)
    tangent = tangent / np.linalg.norm(tangent, axis=1, keepdims=True)
    aside = np.cross(tangent, np.where(np.abs(tangent[:, 2:]) < 0.9, [0, 0, 1], [0, 1, 0]))
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    upward = np.cross(tangent, aside)
    angle = 2 * np.pi * np.arange(sides) / sides
    ring = np.cos(angle)[:, None] * aside[:, None] + np.sin(angle)[:, None] * upward[:, None]
    points = (path[:, None] + radius * ring).reshape(-1, 3)
    here = np.arange(count if closed else count - 1)[:, None] * sides
    there = (here + sides) % (count * sides)
    side, following = np.arange(sides), (np.arange(sides) + 1) % sides
    a, b, c, d = here + side, here + following, there + following, there + side
    triangles = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    return Solid.of(points, triangles.reshape(-1, 3), Material.FRAME)


def fan(outline: np.ndarray) -> Solid:
    """A pane inside an outline (N, 3), seen from the front."""
    points = np.concatenate([outline, outline.mean(0, keepdims=True) + [[0, 0, 0.02]]])
    index = np.arange(len(outline))
    hub = np.full_like(index, len(outline))
    triangles = np.stack([index, np.roll(index, -1), hub], 1)
    return Solid.of(points, triangles, Material.DARK_GLASS)


def fit_glasses(head: Head, shape: np.ndarray, seed: int, dark: bool) -> Solid:
    """Glasses on a neutral face; the seed decides the form of the glasses."""
    rng = np.random.default_rng([seed, 8])
    left, right = (shape[ids].mean(0) for ids in head.eye_vertices)
    middle = (left + right) / 2
    unit = head.eye_distance(shape) / 0.616
    half_width = rng.uniform(0.24, 0.27) * unit * (1.06 if dark else 1)
    half_height = half_width * rng.uniform(0.62, 0.9)
    power = rng.uniform(0.55, 1.0)
    radius = rng.uniform(0.010, 0.022) * unit
    skin = np.unique(head.part('skin', 'left_eye'))
    near = np.abs(shape[skin] - middle)
    under = skin[(near[:, 0] > 0.12 * unit) & (near[:, 0] < 0.6 * unit) & (near[:, 1] < 0.2 * unit)]
    front = (shape[under, 2] + WRAP * shape[under, 0] ** 2 / unit).max() + 0.02 * unit

    angle = 2 * np.pi * np.arange(RIM_POINTS) / RIM_POINTS
    wave = np.stack([np.cos(angle), np.sin(angle)], 1)
    rounded = np.sign(wave) * np.abs(wave) ** power
    solids = []
    for eye, side in ((left, 1), (right, -1)):
        x = eye[0] + 0.03 * unit * side + half_width * rounded[:, 0]
        y = eye[1] - 0.04 * unit + half_height * rounded[:, 1]
        rim = np.stack([x, y, front - WRAP * x * x / unit], 1)
        solids.append(tube(rim, radius, closed=True))
        if dark:
            solids.append(fan(rim))
        hinge = rim[np.argmax(side * x + 0.3 * y)]
        ears = head.regions[:, 2] > 0.5
        ear = shape[ears & (np.sign(head.vertices[:, 0]) == side)]
        root = ear[np.argmax(ear[:, 1])]
        outer = max(abs(hinge[0]), np.quantile(np.abs(ear[:, 0]), 0.2)) * side
        s = np.linspace(0, 1, 6)[:, None]
        straight = hinge + s * (np.array([outer, root[1], root[2]]) - hinge)
        straight[:, 0] = hinge[0] + s[:, 0] ** 0.6 * (outer - hinge[0])
        solids.append(tube(straight, radius * 1.1))
    x = np.linspace(-1, 1, 7) * (left[0] + 0.03 * unit - half_width)
    y = middle[1] + 0.03 * unit * (1 - (x / x[0]) ** 2)
    solids.append(tube(np.stack([x, y, front + 0.01 * unit - WRAP * x * x / unit], 1), radius))
    return join_solids(solids)


def frame_color(seed: int) -> Color:
    """The color of a frame: mostly dark, sometimes brown, red or metal."""
    rng = np.random.default_rng([seed, 9])
    colors = ((0.02, 0.02, 0.02), (0.08, 0.04, 0.02), (0.2, 0.02, 0.02), (0.4, 0.38, 0.34))
    return colors[int(rng.choice(4, p=[0.5, 0.2, 0.1, 0.2]))]
