"""Posed meshes for the rasterizer, and the values of a mesh at each pixel."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from mmfer.synthetic.render.arrays import f32, unit
from mmfer.synthetic.render.camera import Camera
from mmfer.synthetic.render.rasterizer import rasterize


class Material(IntEnum):
    """Kinds of surfaces; the first six are the parts of the head pack."""

    SKIN = 0
    LEFT_EYE = 1
    RIGHT_EYE = 2
    TEETH = 3
    TONGUE = 4
    LASHES = 5
    HAIR = 6
    FRAME = 7
    DARK_GLASS = 8
    CLOTH = 9
    HAND = 10


@dataclass(frozen=True)
class Surface:
    """A mesh in the camera's axes."""

    points: np.ndarray
    normals: np.ndarray
    texture: np.ndarray
    """(V, C) coordinates for the texture lookup of the material; C = 8 for all materials."""
    triangles: np.ndarray
    materials: np.ndarray
    """(T,) of :class:`Material`."""

    def select(self, kept: np.ndarray) -> 'Surface':
        """The same vertices with a selection of the triangles."""
        return Surface(
            self.points, self.normals, self.texture, self.triangles[kept], self.materials[kept]
        )


def join(surfaces: Sequence[Surface]) -> Surface:
    """Join several surfaces into one."""
    starts = np.cumsum([0, *(len(s.points) for s in surfaces[:-1])])
    return Surface(
        np.concatenate([s.points for s in surfaces]),
        np.concatenate([s.normals for s in surfaces]),
        np.concatenate([s.texture for s in surfaces]),
        np.concatenate([s.triangles + start for s, start in zip(surfaces, starts, strict=True)]),
        np.concatenate([s.materials for s in surfaces]),
    )


def vertex_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals (V, 3) of a mesh, weighted by area."""
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)
    columns = [
        sum(np.bincount(triangles[:, k], faces[:, axis], len(points)) for k in range(3))
        for axis in range(3)
    ]
    return unit(np.stack(columns, 1).astype(np.float32))


@dataclass(frozen=True)
class Layer:
    """Values at the visible pixels of one rasterized surface, all (N, ...)."""

    pixels: np.ndarray
    depth: np.ndarray
    points: np.ndarray
    normals: np.ndarray
    """Unit normals, turned towards the camera."""
    view: np.ndarray
    """Unit directions to the camera."""
    texture: np.ndarray
    materials: np.ndarray

    @classmethod
    def of(cls, surface: Surface, camera: Camera, two_sided: bool = False) -> 'Layer':
        xy, depth = camera.project(surface.points)
        size = camera.size
        seen = rasterize(xy, depth, surface.triangles, size, size, two_sided)
        attributes = np.concatenate([surface.normals, surface.texture], 1)
        values = seen.interpolate(surface.triangles, attributes)
        points = camera.unproject(seen.pixels, seen.depth)
        view = unit(f32([0, 0, camera.distance]) - points)
        normals = unit(values[:, :3])
        facing = np.einsum('ij,ij->i', normals, view)
        normals[facing < 0] *= -1
        return cls(
            seen.pixels,
            seen.depth,
            points,
            normals,
            view,
            values[:, 3:],
            surface.materials[seen.triangles],
        )

    def select(self, kept: np.ndarray) -> 'Layer':
        return Layer(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))
