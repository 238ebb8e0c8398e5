"""A z-buffer rasterizer in NumPy."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fragments:
    """The nearest surface at each covered pixel."""

    pixels: np.ndarray
    """(N,) flat indices of the covered pixels, each once, ascending."""
    triangles: np.ndarray
    """(N,) index of the visible triangle."""
    barycentric: np.ndarray
    """(N, 3) float32 weights of the triangle's corners at the pixel's center."""
    depth: np.ndarray
    """(N,) float32."""

    def interpolate(self, triangles: np.ndarray, attributes: np.ndarray) -> np.ndarray:
        """Values of vertex attributes (V, K) at the fragments: (N, K)."""
        corners = triangles[self.triangles]
        values = attributes[corners[:, 0]] * self.barycentric[:, :1]
        values += attributes[corners[:, 1]] * self.barycentric[:, 1:2]
        values += attributes[corners[:, 2]] * self.barycentric[:, 2:]
        return values


def rasterize(
    points: np.ndarray,
    depth: np.ndarray,
    triangles: np.ndarray,
    height: int,
    width: int,
    two_sided: bool = False,
) -> Fragments:
    """Find the nearest triangle at the center of each pixel.

    Args:
        points: (V, 2) float32, x to the right and y downwards, in pixels.
        depth: (V,) float32; smaller is nearer.
        triangles: (T, 3) vertex ids.
        height: Rows of the image.
        width: Columns of the image.
        two_sided: Whether to draw triangles that are clockwise on the screen, too.

    Returns:
        Fragments of all pixels that a triangle covers.
    """
    a, b, c = points[triangles[:, 0]], points[triangles[:, 1]], points[triangles[:, 2]]
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    # A pixel's center lies half a pixel beyond its index.
    low = np.ceil(np.minimum(np.minimum(a, b), c) - 0.5).astype(np.int32)
    high = np.floor(np.maximum(np.maximum(a, b), c) - 0.5).astype(np.int32)
    np.clip(low, 0, None, out=low)
    np.minimum(high, (width - 1, height - 1), out=high)
    extent = high - low + 1
    shown = (np.abs(area) > 1e-9 if two_sided else area < -1e-9) & (extent > 0).all(1)
    ids = np.flatnonzero(shown)

    columns = extent[ids, 0]
    counts = columns * extent[ids, 1]
    owner = np.repeat(np.arange(len(ids), dtype=np.int32), counts)
    step = np.arange(len(owner), dtype=np.int32) - np.repeat(np.cumsum(counts) - counts, counts)
    row, column = np.divmod(step, columns[owner])
    column += low[ids, 0][owner]
    row += low[ids, 1][owner]
    pixel = row * width + column

    (bx, by), (cx, cy), (ax, ay) = ab[ids].T, ac[ids].T, a[ids].T - 0.5
    inverse = 1 / area[ids]
    x, y = column.astype(np.float32) - ax[owner], row.astype(np.float32) - ay[owner]
    second = (cy * inverse)[owner] * x - (cx * inverse)[owner] * y
    third = (bx * inverse)[owner] * y - (by * inverse)[owner] * x
    slack = np.float32(1e-5)
    inside = np.flatnonzero((second >= -slack) & (third >= -slack) & (second + third <= 1 + slack))
    owner, pixel, second, third = owner[inside], pixel[inside], second[inside], third[inside]
    near, *rise = depth[triangles[ids]].T
    rise_second, rise_third = rise[0] - near, rise[1] - near
    near = near[owner] + second * rise_second[owner] + third * rise_third[owner]

    nearest = np.full(height * width, np.inf, np.float32)
    np.minimum.at(nearest, pixel, near)
    winner = np.full(height * width, -1, np.int32)
    front = np.flatnonzero(near == nearest[pixel])
    winner[pixel[front]] = front
    pixels = np.flatnonzero(winner >= 0)
    chosen = winner[pixels]
    second, third = second[chosen], third[chosen]
    weights = np.stack([1 - second - third, second, third], 1)
    return Fragments(pixels, ids[owner[chosen]], weights, near[chosen])
