"""A cylindrical chart of the base head: the coordinates of all textures of the skin."""

from functools import cached_property

import cv2
import numpy as np

from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.rasterizer import rasterize

SIZE = 512
AXIS_Z = 0.3
LOW, HIGH = 4.9, 8.7
FRONT_STRETCH = 0.7
"""Columns per half turn at the front of the head, as a share of all columns; 0.5 is uniform."""


def locate(rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Column and row, in texels, of points (N, 3) of the base head."""
    turn = np.arctan2(rest[:, 0], rest[:, 2] - AXIS_Z) / np.pi
    column = 0.5 + turn * (FRONT_STRETCH - (FRONT_STRETCH - 0.5) * turn * turn)
    row = (HIGH - rest[:, 1]) / (HIGH - LOW)
    return (column * SIZE - 0.5).astype(np.float32), (row * SIZE - 0.5).astype(np.float32)


def look_up(texture: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Bilinear values of a texture (H, W, C) at N points in texels: (N, C)."""
    count = len(column)
    # cv2.remap accepts no side above 32767: fold the points into rows of 256.
    pad = (0, -count % 256)
    x, y = np.pad(column, pad).reshape(-1, 256), np.pad(row, pad).reshape(-1, 256)
    values = cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return values.reshape(-1, texture.shape[2])[:count]


class Chart:
    """The positions of the chart's texels on the base head.

    Attributes:
        x, y, z: (512, 512) float32 coordinates of the texels.
        side: The absolute value of x.
    """

    def __init__(self, head: Head) -> None:
        triangles = head.part('skin')
        column, row = locate(head.vertices)
        spread = column[triangles]
        triangles = triangles[np.ptp(spread, axis=1) < SIZE / 2]
        radius = np.hypot(head.vertices[:, 0], head.vertices[:, 2] - AXIS_Z).astype(np.float32)
        seen = rasterize(
            np.stack([column, row], 1) + 0.5, -radius, triangles, SIZE, SIZE, two_sided=True
        )
        grid = np.zeros(SIZE * SIZE, np.float32)
        grid[seen.pixels] = -seen.depth
        holes = np.ones(SIZE * SIZE, np.uint8)
        holes[seen.pixels] = 0
        _, labels = cv2.distanceTransformWithLabels(
            holes.reshape(SIZE, SIZE), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
        )
        nearest = np.zeros(labels.max() + 1, np.float32)
        nearest[labels.ravel()[seen.pixels]] = grid[seen.pixels]
        self.radius = nearest[labels]
        turn = self._turn()
        self.y = np.repeat(
            HIGH - (HIGH - LOW) * (np.arange(SIZE, dtype=np.float32)[:, None] + 0.5) / SIZE, SIZE, 1
        )
        self.x = self.radius * np.sin(turn)
        self.z = self.radius * np.cos(turn) + np.float32(AXIS_Z)
        self.side = np.abs(self.x)

    @staticmethod
    def _turn() -> np.ndarray:
        turns = np.linspace(-1, 1, 4097)
        columns = 0.5 + turns * (FRONT_STRETCH - (FRONT_STRETCH - 0.5) * turns * turns)
        centers = (np.arange(SIZE) + 0.5) / SIZE
        return (np.pi * np.interp(centers, columns, turns)).astype(np.float32)[None]

    @cached_property
    def _gradient_basis(self) -> tuple[np.ndarray, np.ndarray]:
        """Vectors that map the column and row derivatives of a texture to a 3-D gradient."""
        radius = cv2.GaussianBlur(self.radius, (0, 0), 2)
        turn = self._turn()
        points = np.stack(
            [radius * np.sin(turn), self.y, radius * np.cos(turn) + np.float32(AXIS_Z)], -1
        )
        along_row, along_column = np.gradient(points, axis=0), np.gradient(points, axis=1)
        a = (along_column**2).sum(-1, keepdims=True)
        b = (along_column * along_row).sum(-1, keepdims=True)
        c = (along_row**2).sum(-1, keepdims=True)
        scale = 1 / np.maximum(a * c - b * b, 1e-12)
        by_column = (c * along_column - b * along_row) * scale
        by_row = (a * along_row - b * along_column) * scale
        return by_column.astype(np.float32), by_row.astype(np.float32)

    def bump(self, relief: np.ndarray) -> np.ndarray:
        """Change of the normals (512, 512, 3) by a relief (512, 512) in units of the mesh."""
        by_column, by_row = self._gradient_basis
        d_column = cv2.Scharr(relief, cv2.CV_32F, 1, 0, scale=1 / 32)
        d_row = cv2.Scharr(relief, cv2.CV_32F, 0, 1, scale=1 / 32)
        return -(by_column * d_column[..., None] + by_row * d_row[..., None])
