"""A z-buffer rasterizer in NumPy."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fragments:
    """The nearest surface at each covered pixel."""

    pixels: np.ndarray
    """(N,) flat indices of the covered pixels, each once, ascending."""
    triangles: np.ndarray
    """(N,) index of the triangle seen there."""
    barycentric: np.ndarray
    """(N, 3) float32 weights of its corners at the pixel's centre."""
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
    """Find the nearest triangle at the centre of each pixel.

    Args:
        points: (V, 2) float32, x to the right and y downwards, in pixels.
        depth: (V,) float32; smaller is nearer.
        triangles: (T, 3) vertex ids.
        height: Rows of the picture.
        width: Columns of the picture.
        two_sided: Whether triangles that are clockwise on the screen show, too.

    Returns:
        Fragments of the pixels that some triangle covers.
    """
    corners = points[triangles]
    edges = corners[:, [1, 2]] - corners[:, [0, 0]]
    area = edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]
    # A pixel's centre lies half a pixel beyond its index.
    low = np.ceil(corners.min(1) - 0.5).astype(np.int32)
    high = np.floor(corners.max(1) - 0.5).astype(np.int32)
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

    (bx, by), (cx, cy) = edges[ids, 0].T, edges[ids, 1].T
    ax, ay = corners[ids, 0].T - 0.5
    inverse = 1 / area[ids]
    x, y = column.astype(np.float32) - ax[owner], row.astype(np.float32) - ay[owner]
    b = (cy * inverse)[owner] * x - (cx * inverse)[owner] * y
    c = (bx * inverse)[owner] * y - (by * inverse)[owner] * x
    inside = np.flatnonzero((b >= -1e-5) & (c >= -1e-5) & (b + c <= 1 + 1e-5))
    owner, b, c = owner[inside], b[inside], c[inside]
    pixel = pixel[inside]
    z = depth[triangles[ids]]
    near = z[owner, 0] + b * (z[:, 1] - z[:, 0])[owner] + c * (z[:, 2] - z[:, 0])[owner]

    nearest = np.full(height * width, np.inf, np.float32)
    np.minimum.at(nearest, pixel, near)
    winner = np.full(height * width, -1, np.int32)
    front = np.flatnonzero(near == nearest[pixel])
    winner[pixel[front]] = front
    pixels = np.flatnonzero(winner >= 0)
    chosen = winner[pixels]
    b, c = b[chosen], c[chosen]
    return Fragments(pixels, ids[owner[chosen]], np.stack([1 - b - c, b, c], 1), near[chosen])
