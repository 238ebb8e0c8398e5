"""Light on surfaces: a key light with its shadow, a fill light, the sky and ambient occlusion."""

from dataclasses import dataclass

import cv2
import numpy as np

from mmfer.synthetic.render.arrays import f32, unit
from mmfer.synthetic.render.camera import Camera
from mmfer.synthetic.render.scene import Scene
from mmfer.synthetic.render.surface import Layer

SHADOW_STEPS = np.geomspace(0.04, 1.8, 18).astype(np.float32)


@dataclass(frozen=True)
class Reflectance:
    """How the pixels of a layer reflect light; each value is (N,) or (N, 3)."""

    albedo: np.ndarray
    normals: np.ndarray
    scatter: np.ndarray
    """Share of subsurface scattering, from 0 to 1; high in skin."""
    shine: np.ndarray
    """Strength of the highlight."""
    sharpness: np.ndarray
    """Exponent of the highlight."""
    sheen: np.ndarray
    """Strength of the reflection at grazing angles."""


def direction(azimuth: float, elevation: float) -> np.ndarray:
    """The unit vector towards a light, from angles in degrees."""
    a, e = np.radians([azimuth, elevation])
    return f32([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])


@dataclass(frozen=True)
class Lighting:
    """The light of a scene over the pixels of an image."""

    scene: Scene
    towards: np.ndarray
    shadow: np.ndarray
    """(S * S,) share of the key light that reaches each pixel."""
    openness: np.ndarray
    """(S * S,) share of the ambient light that reaches each pixel."""

    @classmethod
    def of(cls, scene: Scene, camera: Camera, depth: np.ndarray, extent: float) -> 'Lighting':
        """The light on a depth map (S, S), which is infinite where nothing is drawn."""
        towards = direction(*scene.light[:2])
        shadow = cast_shadow(depth, camera, towards, extent)
        return cls(scene, towards, shadow.ravel(), openness(depth, extent).ravel())

    def shade(self, layer: Layer, surface: Reflectance) -> np.ndarray:
        """Radiance (N, 3) of the pixels of a layer."""
        azimuth, _, strength = self.scene.light
        normals, view = surface.normals, layer.view
        shadow, opened = self.shadow[layer.pixels, None], self.openness[layer.pixels, None]
        scatter = surface.scatter[:, None]
        wrap = 0.05 + scatter * f32([0.30, 0.15, 0.11])
        facing = (normals @ self.towards)[:, None]
        leak = 0.22 * scatter * f32([1, 0.55, 0.45])
        key = np.clip((facing + wrap) / (1 + wrap), 0, None) * (leak + (1 - leak) * shadow)
        fill = np.clip(0.5 + 0.5 * (normals @ direction(-1.2 * azimuth, 10))[:, None], 0, 1)
        sky = 0.5 + 0.5 * normals[:, 1:2]
        color = f32(self.scene.light_color)
        light = strength * key * color
        around = (1 - self.scene.shade) * opened
        light += around * (0.33 * fill * np.sqrt(fill) * f32([0.9, 0.95, 1]))
        light += around * (0.22 + 0.22 * sky)
        halfway = unit(view + self.towards)
        gloss = np.clip(np.einsum('ij,ij->i', normals, halfway), 0, 1) ** surface.sharpness
        grazing = 1 - np.clip(np.einsum('ij,ij->i', normals, view), 0, 1)
        rim = surface.sheen * (0.04 + 0.5 * grazing**5) * opened[:, 0] * sky[:, 0]
        mirror = surface.shine * gloss * shadow[:, 0] * strength + rim
        return surface.albedo * light + mirror[:, None] * color


def cast_shadow(
    depth: np.ndarray, camera: Camera, towards: np.ndarray, extent: float
) -> np.ndarray:
    """Share of the key light that reaches each pixel, by ray marching through the depth map.

    Rays start at every second pixel of every second row. A surface blocks a ray that passes closely
    behind it.
    """
    size = camera.size
    coarse = np.ascontiguousarray(depth[::2, ::2])
    rows, columns = np.nonzero(np.isfinite(coarse))
    if not len(rows):
        return np.ones((size, size), np.float32)
    pixels = 2 * rows * size + 2 * columns
    points = camera.unproject(pixels, coarse[rows, columns])
    steps = SHADOW_STEPS * np.float32(extent / 2.6)
    x = points[:, 0, None] + steps * towards[0]
    y = points[:, 1, None] + steps * towards[1]
    ray = camera.distance - points[:, 2, None] - steps * towards[2]
    scale = np.float32(camera.focal) / ray
    half = np.float32(size / 2)
    column = np.clip((half + scale * x).astype(np.int32) >> 1, 0, coarse.shape[1] - 1)
    row = np.clip((half - scale * y).astype(np.int32) >> 1, 0, coarse.shape[0] - 1)
    behind = ray - coarse[row, column]
    bias = 0.02 * extent / 2.6 + 0.12 * steps
    stopped = (behind > bias) & (behind < 1.2 * extent / 2.6)
    lit = np.ones(coarse.shape, np.float32)
    lit[rows, columns] = 1 - stopped.any(1)
    soft = cv2.GaussianBlur(lit, (0, 0), coarse.shape[0] / 90)
    return cv2.resize(soft, (size, size), interpolation=cv2.INTER_LINEAR)


def openness(depth: np.ndarray, extent: float) -> np.ndarray:
    """Ambient light at each pixel: 1 on ridges, less in hollows."""
    size = len(depth)
    finite = np.isfinite(depth)
    if not finite.any():
        return np.ones_like(depth)
    far = np.where(finite, depth, depth[finite].max()).astype(np.float32)
    opened = np.ones_like(far)
    for radius, strength in ((0.013, 1.35), (0.036, 0.76), (0.09, 0.38)):
        sigma = radius * size
        shrink = max(1, int(sigma / 2.5))
        small = cv2.resize(far, (size // shrink,) * 2, interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
        around = cv2.resize(blurred, (size, size), interpolation=cv2.INTER_LINEAR)
        opened -= np.clip((far - around) * np.float32(strength * 2.6 * 1.6 / extent), 0, 0.45)
    return np.clip(opened, 0.12, 1)
