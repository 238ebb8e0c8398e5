"""The pose of the head and the pinhole camera in front of it."""

from dataclasses import dataclass

import numpy as np

FIELD_OF_VIEW = 22.0
NECK_ROTATION = 0.3
"""Share of the head's rotation that the shoulders follow."""


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The (3, 3) rotation of a head by angles in degrees, with the signs of ``Scene``."""
    (cy, sy), (cp, sp), (cr, sr) = (
        (np.cos(angle), np.sin(angle)) for angle in np.radians([yaw, pitch, roll])
    )
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    bow = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    tilt = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return (tilt @ bow @ turn).astype(np.float32)


def head_share(rest_y: np.ndarray) -> np.ndarray:
    """Share of the head's rotation, from 0 to 1, at heights of the base mesh."""
    t = np.clip((rest_y - 5.7) / (6.35 - 5.7), 0, 1)
    return t * t * (3 - 2 * t)


@dataclass(frozen=True)
class Pose:
    """Turns the head about the neck and moves the center of the head to the origin."""

    head: np.ndarray
    shoulders: np.ndarray
    pivot: np.ndarray
    center: np.ndarray

    @classmethod
    def of(
        cls, yaw: float, pitch: float, roll: float, pivot: np.ndarray, center: np.ndarray
    ) -> 'Pose':
        angles = np.array([yaw, pitch, roll])
        return cls(rotation(*angles), rotation(*(angles * NECK_ROTATION)), pivot, center)

    def __call__(self, points: np.ndarray, share: np.ndarray | float = 1.0) -> np.ndarray:
        """Points (N, 3) of the person's mesh in the camera's axes, around the origin."""
        local = points - self.pivot
        origin = self.head @ (self.center - self.pivot)
        turned = local @ self.head.T
        if not np.isscalar(share):
            weight = np.asarray(share, np.float32)[:, None]
            turned = weight * turned + (1 - weight) * (local @ self.shoulders.T)
        return (turned - origin).astype(np.float32)


@dataclass(frozen=True)
class Camera:
    """A camera on the z axis that looks at the origin."""

    size: int
    focal: float
    distance: float

    @classmethod
    def of(cls, size: int, extent: float) -> 'Camera':
        """A camera whose square image shows ``extent`` units at the origin."""
        half = np.tan(np.radians(FIELD_OF_VIEW / 2))
        return cls(size, float(size / 2 / half), float(extent / 2 / half))

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (N, 2) and depths (N,) of points (N, 3)."""
        depth = self.distance - points[:, 2]
        scale = self.focal / depth
        x, y = self.size / 2 + scale * points[:, 0], self.size / 2 - scale * points[:, 1]
        return np.stack([x, y], 1).astype(np.float32), depth.astype(np.float32)

    def unproject(self, pixels: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Points (N, 3) at the centers of pixels, given flat pixel indices and depths."""
        row, column = np.divmod(pixels, self.size)
        scale = depth / np.float32(self.focal)
        half = np.float32(self.size / 2 - 0.5)
        x, y = (column.astype(np.float32) - half) * scale, (half - row.astype(np.float32)) * scale
        return np.stack([x, y, np.float32(self.distance) - depth], 1)
