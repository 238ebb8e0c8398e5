"""Hair: a hood around the base head that follows the skin and hangs down below the ears."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial import cKDTree

from mmfer.synthetic.render.arrays import smoothstep
from mmfer.synthetic.render.camera import Pose, head_share
from mmfer.synthetic.render.cylindrical_chart import AXIS_Z
from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.rasterizer import rasterize
from mmfer.synthetic.render.scene import HAIR_STYLES, Person
from mmfer.synthetic.render.surface import Material, Surface, vertex_normals

MIDDLE_Y = 7.5
"""Height of the hood's equator: spherical above it, cylindrical below."""
LOWEST_Y = 5.1
COLUMNS, CAP_ROWS, HANG_ROWS = 121, 26, 48
WIDEST = 1.05
HANGING = ('bob', 'long')
TILE = (256, 512)
"""Rows along the strands and columns across them of the strand texture."""


@dataclass(frozen=True)
class Hair:
    """The hair of a person, in the axes of the person's shape."""

    points: np.ndarray
    rest: np.ndarray
    """(V, 3) the corresponding points on the base head."""
    triangles: np.ndarray
    texture: np.ndarray
    """(V, 8): angle in half turns, distance along the strand, depth inside the hair's outline."""
    strands: np.ndarray
    """(256, 512, 1) tone of the strands, around 0."""

    def surfaces(self, pose: Pose) -> tuple[Surface, Surface]:
        """The posed outer surface of the hair, and the inner surface where the hair is dense."""
        points = pose(self.points, head_share(self.rest[:, 1]))
        normals = vertex_normals(points, self.triangles)
        material = np.full(len(self.triangles), Material.HAIR, np.uint8)
        dense = (self.texture[self.triangles, 2] > 0.05).all(1)
        outer = Surface(points, normals, self.texture, self.triangles, material)
        backs = self.triangles[dense][:, ::-1]
        return outer, Surface(points, normals, self.texture, backs, material[dense])


HAIRLINE = (
    np.array([-1.2, -0.5, 0, 0.25, 0.45, 0.62, 0.75, 0.9, 1.15, 1.5]),
    np.array([6.5, 6.6, 6.75, 7.15, 7.2, 7.2, 7.5, 7.85, 8.02, 8.1]),
)
"""Depth and height of points of the hairline, from the nape to the forehead."""


def forehead_shift(person: Person) -> float:
    """Height of a person's front hairline above the usual one, in units of the mesh."""
    own = np.random.default_rng([person.seed, 7]).uniform(-0.16, -0.02)
    receding = 0.3 * max(0.0, person.gender - 0.5) * max(0.0, person.age - 0.45)
    return float(own + 2 * receding)


def hairline(rest: np.ndarray) -> np.ndarray:
    """Signed distance of points (..., 3) of the base head to the hairline, positive in hair."""
    depths, heights = HAIRLINE
    slope = np.gradient(heights, depths)
    line = np.interp(rest[..., 2], depths, heights)
    steepness = np.hypot(1, np.interp(rest[..., 2], depths, slope))
    return ((rest[..., 1] - line) / steepness).astype(np.float32)


class HairCutter:
    """Makes the hair of people; all hair uses one grid around the base head."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.turn = np.linspace(-np.pi, np.pi, COLUMNS, dtype=np.float32)
        cap = np.linspace(-1 + 0.5 / CAP_ROWS, 0, CAP_ROWS, endpoint=False)
        hang = np.linspace(0, MIDDLE_Y - LOWEST_Y, HANG_ROWS)
        self.along = np.concatenate([cap, hang]).astype(np.float32)
        ears = head.regions[:, 2] > 0.3
        self.radius_with_ears = self._radius(np.zeros(len(head.vertices), bool))
        self.radius_without_ears = self._radius(ears)
        rows, columns = len(self.along), COLUMNS
        corner = np.arange(rows * columns).reshape(rows, columns)
        quads = np.stack(
            [corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]], -1
        ).reshape(-1, 4)
        self.triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        skin = np.unique(head.part('skin'))
        self.anchors = skin[~ears[skin]]
        self.tree = cKDTree(head.vertices[self.anchors])

    def _radius(self, left_out: np.ndarray) -> np.ndarray:
        """Distance (rows, columns) of the skin from the middle, below the equator from the axis."""
        head = self.head
        triangles = head.part('skin')
        triangles = triangles[~left_out[triangles].any(1)]
        x, y = head.vertices[:, 0], head.vertices[:, 1] - MIDDLE_Y
        z = head.vertices[:, 2] - AXIS_Z
        flat = np.hypot(x, z)
        along = np.where(y > 0, 2 / np.pi * np.arctan2(flat, y) - 1, -y)
        row = np.interp(along, self.along, np.arange(len(self.along)))
        column = (np.arctan2(x, z) / np.pi + 1) / 2 * (COLUMNS - 1)
        triangles = triangles[np.ptp(column[triangles], axis=1) < COLUMNS / 2]
        radius = np.where(y > 0, np.hypot(flat, y), flat).astype(np.float32)
        scale = 4
        points = np.stack([column, row], 1).astype(np.float32) * scale + 0.5
        height, width = len(self.along) * scale, COLUMNS * scale
        seen = rasterize(points, -radius, triangles, height, width, two_sided=True)
        fine = np.full(height * width, np.nan, np.float32)
        fine[seen.pixels] = -seen.depth
        grid = fine.reshape(height, width)[::scale, ::scale].copy()
        for line in grid:
            known = np.isfinite(line)
            if known.any():
                line[~known] = np.interp(self.turn[~known], self.turn[known], line[known])
        crown = int(np.flatnonzero(np.isfinite(grid[:, 0]))[0])
        grid[:crown] = grid[crown].mean()
        return np.minimum(grid, WIDEST)

    def _place(self, radius: np.ndarray) -> np.ndarray:
        """Points (rows, columns, 3) at the given distances from the middle or the axis."""
        tilt = np.clip((self.along + 1) * np.pi / 2, 0, np.pi / 2)[:, None]
        flat = radius * np.sin(tilt)
        height = radius * np.cos(tilt) - np.clip(self.along, 0, None)[:, None]
        return np.stack(
            [flat * np.sin(self.turn), height + MIDDLE_Y, flat * np.cos(self.turn) + AXIS_Z], -1
        ).astype(np.float32)

    def cut(self, person: Person, shape: np.ndarray) -> Hair | None:
        """The hair around a neutral face; None if the style has no volume.

        Raises:
            ValueError: If the style is not in ``HAIR_STYLES``.
        """
        if person.hair_style not in HAIR_STYLES:
            raise ValueError(
                f'Person.hair_style is "{person.hair_style}": give one of {HAIR_STYLES}.'
            )
        if person.hair_style in ('bald', 'buzz'):
            return None
        rng = np.random.default_rng([person.seed, 5])
        hangs = person.hair_style in HANGING
        base = self.radius_with_ears if hangs else self.radius_without_ears
        base = cv2.GaussianBlur(base, (0, 0), 1.2)
        scalp = self._place(self.radius_without_ears)
        inside = outline(person, scalp, self.turn, self.along, rng)
        volume = person.hair_volume * self._volume(inside, scalp, hangs, rng)
        if hangs:
            base = hang(base, self.along, volume)
        rest = self._place(base + volume + 0.012).reshape(-1, 3)
        distance, near = self.tree.query(self._place(base).reshape(-1, 3), k=5)
        weight = 1 / (distance + 0.02) ** 2
        weight = (weight / weight.sum(1, keepdims=True)).astype(np.float32)
        moved = shape[self.anchors] - self.head.vertices[self.anchors]
        points = rest + np.einsum('nk,nkc->nc', weight, moved[near])
        inside = inside.ravel()
        triangles = self.triangles[(inside[self.triangles] > -0.12).any(1)]
        texture = np.zeros((len(rest), 8), np.float32)
        texture[:, 0] = np.tile(self.turn / np.pi, len(self.along))
        texture[:, 1] = np.repeat(self.along, COLUMNS)
        texture[:, 2] = inside
        return Hair(
            points.astype(np.float32),
            rest,
            triangles,
            texture,
            strand_tones(person.seed),
        )

    def _volume(
        self, inside: np.ndarray, scalp: np.ndarray, hangs: bool, rng: np.random.Generator
    ) -> np.ndarray:
        """Thickness of the hair (rows, columns), relative to the volume of the style."""
        white = rng.standard_normal(inside.shape, dtype=np.float32)
        white[:, -1] = white[:, 0]
        smooth = cv2.GaussianBlur(white, (0, 0), 2.0, sigmaY=5.0)
        lumps = smooth / np.std(smooth)
        top = 1 + 0.35 * smoothstep(7.9, 8.4, scalp[..., 1])
        thickness = smoothstep(-0.02, 0.35, inside) * top * (1 + 0.16 * lumps)
        if hangs:
            parting = rng.uniform(-0.25, 0.25)
            groove = np.exp(-(((scalp[..., 0] - parting) / 0.08) ** 2))
            thickness *= 1 - 0.25 * groove * smoothstep(0.1, 0.5, scalp[..., 2])
        else:
            thickness *= 0.25 + 0.75 * smoothstep(6.8, 7.9, scalp[..., 1])
        return np.clip(thickness, 0, None).astype(np.float32)


def outline(
    person: Person,
    scalp: np.ndarray,
    turn: np.ndarray,
    along: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Depth (rows, columns) of the points of the grid inside the outline of the hair."""
    front = smoothstep(0.6, 0.95, scalp[..., 2])
    inside = hairline(scalp) - forehead_shift(person) * front
    if person.hair_style not in HANGING:
        return inside
    low = 6.1 + rng.uniform(-0.1, 0.35) if person.hair_style == 'bob' else rng.uniform(5.0, 5.5)
    y = scalp[..., 1]
    edge = np.interp(y[:, 0], [5.0, 6.4, 7.1, 7.5], [0.9, 1.12, 1.12, 0.98])[:, None]
    curtain = 0.8 * (np.abs(turn)[None] - edge)
    below = smoothstep(7.55, 7.3, y)
    inside = inside * (1 - below) + np.maximum(curtain, np.minimum(inside, curtain)) * below
    by_chance = rng.random() < 0.35
    if by_chance if person.fringe is None else person.fringe:
        fringe = np.minimum(y - rng.uniform(7.6, 7.75), 0.5)
        inside = np.maximum(inside, np.where(np.abs(turn)[None] < 1.2, fringe, -1))
    return np.minimum(inside, y - low).astype(np.float32)


def hang(base: np.ndarray, along: np.ndarray, volume: np.ndarray) -> np.ndarray:
    """Radii (rows, columns) of a hood that hangs straight down from its widest row."""
    below = along >= 0
    fallen = base.copy()
    fallen[below] = np.maximum.accumulate(base[below], axis=0)
    taper = 1 - 0.08 * smoothstep(0.6, 1.6, along)[:, None]
    return cv2.GaussianBlur(fallen * taper, (0, 0), 1.5).astype(np.float32)


def strand_tones(seed: int) -> np.ndarray:
    """Streaks (256, 512, 1) along and across the strands, with about unit standard deviation."""
    rng = np.random.default_rng([seed, 6])
    tones = np.zeros(TILE, np.float32)
    for across, along, share in ((0.8, 40, 0.6), (2.5, 25, 0.6), (9, 50, 0.5)):
        white = rng.standard_normal((TILE[0], TILE[1] + 128), dtype=np.float32)
        smooth = cv2.GaussianBlur(white, (0, 0), across, sigmaY=along)
        tones += share * smooth[:, 64:-64] / smooth.std()
    return tones[..., None]
