"""Occluders in front of the face: sunglasses, a medical mask, a hand, a bar."""

from dataclasses import dataclass

import cv2
import numpy as np

from mmfer.synthetic.render.accessories import Solid, fit_glasses, join_solids, tube
from mmfer.synthetic.render.camera import rotation
from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.rasterizer import rasterize
from mmfer.synthetic.render.scene import OCCLUDERS, Color, Scene
from mmfer.synthetic.render.surface import Material

MASK_COLORS: tuple[Color, ...] = (
    (0.35, 0.55, 0.70),
    (0.78, 0.78, 0.78),
    (0.04, 0.04, 0.05),
    (0.30, 0.58, 0.50),
)
MASK_ROWS, MASK_COLUMNS = 25, 41
HAND_TARGETS = (8, 57, 51, 4, 12, 30, 36, 45, 27)
"""Landmarks that a hand may cover."""


def fit_occluder(head: Head, shape: np.ndarray, neutral: np.ndarray, scene: Scene) -> Solid | None:
    """The solid occluder of a scene, in the axes of the person's shape; None if there is none.

    Args:
        head: The head pack.
        shape: (V, 3) the face with its expression.
        neutral: (V, 3) the same face without expression.
        scene: The scene, which gives the occluder and the seed.

    Raises:
        ValueError: If the occluder is not in ``OCCLUDERS``.
    """
    if scene.occluder not in (None, *OCCLUDERS):
        raise ValueError(f'Scene.occluder is "{scene.occluder}": give one of {OCCLUDERS} or None.')
    if scene.occluder == 'sunglasses':
        return fit_glasses(head, neutral, scene.seed, dark=True)
    if scene.occluder == 'medical_mask':
        return fit_mask(head, shape)
    if scene.occluder == 'hand':
        return hold_hand(head, shape, np.random.default_rng([scene.seed, 10]))
    return None


def mask_color(seed: int) -> Color:
    """The color of a medical mask."""
    return MASK_COLORS[int(np.random.default_rng([seed, 11]).choice(4, p=[0.5, 0.25, 0.15, 0.1]))]


def fit_mask(head: Head, shape: np.ndarray) -> Solid:
    """A cloth stretched from the bridge of the nose to below the chin, with straps to the ears."""
    marks = shape[head.landmarks]
    unit = head.eye_distance(shape) / 0.616
    axis = np.array([0, 0, marks[[0, 16], 2].mean() + 0.1 * unit])
    side = np.linspace(-1, 1, MASK_COLUMNS)
    turn = np.radians(66) * side
    bridge = 0.45 * marks[28, 1] + 0.55 * marks[29, 1]
    top = bridge - (bridge - marks[[2, 14], 1].mean()) * np.abs(side) ** 1.5
    low = marks[8, 1] - 0.10 * unit
    bottom = low + (marks[[4, 12], 1].mean() - low) * np.abs(side) ** 3
    share = np.linspace(0, 1, MASK_ROWS)[:, None]
    height = top + share * (bottom - top)

    skin = head.part('skin')
    local = shape - axis
    column = (np.arctan2(local[:, 0], local[:, 2]) / np.radians(66) + 1) / 2 * (MASK_COLUMNS - 1)
    at = np.clip(np.rint(column), 0, MASK_COLUMNS - 1).astype(int)
    row = (top[at] - local[:, 1]) / (top[at] - bottom[at]) * (MASK_ROWS - 1)
    skin = skin[np.ptp(column[skin], axis=1) < MASK_COLUMNS / 3]
    radius = np.hypot(local[:, 0], local[:, 2]).astype(np.float32)
    points = np.stack([column, row], 1).astype(np.float32) + 0.5
    seen = rasterize(points, -radius, skin, MASK_ROWS, MASK_COLUMNS, two_sided=True)
    flat_grid = np.full(MASK_ROWS * MASK_COLUMNS, radius[head.landmarks[8]] * 0.8, np.float32)
    flat_grid[seen.pixels] = -seen.depth
    grid = flat_grid.reshape(MASK_ROWS, MASK_COLUMNS)
    tent = cv2.dilate(grid, np.ones((11, 5), np.uint8))
    tent = cv2.GaussianBlur(tent, (0, 0), 2.2, sigmaY=3.0)
    edge = np.clip(np.minimum(share, 1 - share) * 5, 0, 1) * np.clip((1 - np.abs(side)) * 5, 0, 1)
    radius_of_cloth = np.maximum(grid, edge * tent + (1 - edge) * grid) + 0.03 * unit
    radius_of_cloth = cv2.GaussianBlur(radius_of_cloth, (0, 0), 0.8) + 0.01 * unit
    pleats = 0.008 * unit * np.sin(2 * np.pi * 4 * share) * edge
    flat = radius_of_cloth + pleats
    cloth = np.stack([flat * np.sin(turn), height, flat * np.cos(turn) + axis[2]], -1)

    corner = np.arange(MASK_ROWS * MASK_COLUMNS).reshape(MASK_ROWS, MASK_COLUMNS)
    a, b, c, d = corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]
    triangles = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).reshape(-1, 3)
    solids = [Solid.of(cloth.reshape(-1, 3), triangles, Material.CLOTH)]
    ears = head.regions[:, 2] > 0.5
    for sign, edge_column in ((1, -1), (-1, 0)):
        ear = shape[ears & (np.sign(head.vertices[:, 0]) == sign)]
        for end, start in ((ear[:, 1].argmax(), cloth[1]), (ear[:, 1].argmin(), cloth[-2])):
            strap = tube(np.linspace(start[edge_column], ear[end], 4), 0.012 * unit)
            solids.append(Solid.of(strap.points, strap.triangles, Material.CLOTH))
    return join_solids(solids)


def hold_hand(head: Head, shape: np.ndarray, rng: np.random.Generator) -> Solid:
    """The back of a hand held in front of a part of the face."""
    hand = head.hand_vertices - head.hand_vertices.mean(0)
    _, _, axes = np.linalg.svd(hand, full_matrices=False)
    # The fingers point along +x and the palm towards -z, the face.
    fingers, across, palm = axes
    hand = hand @ np.stack([fingers, -across, -palm]).T
    hand, triangles = lengthen(hand, head.hand_triangles, np.array([-2.0, 0, 0]))
    if rng.random() < 0.5:
        hand, triangles = hand * [1, -1, 1], triangles[:, ::-1]
    unit = head.eye_distance(shape) / 0.616
    target = shape[head.landmarks[rng.choice(HAND_TARGETS)]]
    # The arm comes from below, on the side of the face that the hand covers.
    lean = rng.uniform(5, 65) * np.sign(target[0] + 0.1 * unit * rng.standard_normal())
    turn = np.radians(90 + lean)
    flat = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    tilt = rotation(rng.uniform(-15, 15), rng.uniform(-8, 8), 0)
    hand = unit * rng.uniform(0.85, 1.0) * hand @ (tilt @ flat).T
    skin = shape[np.unique(head.part('skin'))]
    beside = np.hypot(*(skin[:, :2] - target[:2]).T) < 0.45 * unit
    hand += [target[0], target[1], skin[beside, 2].max() + 0.06 * unit]
    return Solid.of(hand, triangles, Material.HAND)


def lengthen(
    points: np.ndarray, triangles: np.ndarray, by: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Extend a mesh by copying its open border along a vector."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    _, place, count = np.unique(np.sort(edges, 1), axis=0, return_index=True, return_counts=True)
    border = edges[place[count == 1]]
    start, end = border[:, 0], border[:, 1]
    new_id = np.full(len(points), -1)
    new_id[start] = len(points) + np.arange(len(start))
    sleeve = np.concatenate(
        [np.stack([end, start, new_id[start]], 1), np.stack([end, new_id[start], new_id[end]], 1)]
    )
    return np.concatenate([points, points[start] + by]), np.concatenate([triangles, sleeve])


@dataclass(frozen=True)
class Bar:
    """A flat rectangle over the image, in pixels."""

    mask: np.ndarray
    """(S, S) bool."""
    color: Color


def lay_bar(scene: Scene, landmarks: np.ndarray, size: int) -> Bar:
    """A bar over a part of the face; landmarks (68, 2) are in pixels of the (S, S) image."""
    rng = np.random.default_rng([scene.seed, 12])
    low, high = landmarks.min(0), landmarks.max(0)
    center = low + (high - low) * rng.uniform(0.15, 0.85, 2)
    length, breadth = float((high - low).max()) * rng.uniform([0.5, 0.16], [1.1, 0.38])
    angle = rng.choice([0.0, 90.0, rng.uniform(-45, 45)])
    corners = cv2.boxPoints((tuple(center.tolist()), (length, breadth), float(angle)))
    mask = np.zeros((size, size), np.uint8)
    cv2.fillConvexPoly(mask, np.rint(corners).astype(np.int32), 1)
    tone = rng.uniform(0.0, 0.5) ** 2
    red, green, blue = (tone * rng.uniform(0.7, 1.3, 3)).tolist()
    return Bar(mask.astype(bool), (red, green, blue))
