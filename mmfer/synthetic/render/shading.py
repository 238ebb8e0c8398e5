"""Materials: the reflectance of a layer from its texture values."""

from dataclasses import dataclass

import numpy as np

from mmfer.synthetic.render.accessories import frame_color
from mmfer.synthetic.render.appearance import Look
from mmfer.synthetic.render.arrays import f32, smoothstep, unit
from mmfer.synthetic.render.cylindrical_chart import locate, look_up
from mmfer.synthetic.render.eyes import EYE_CENTER, eye_albedo
from mmfer.synthetic.render.lighting import Reflectance
from mmfer.synthetic.render.occluders import mask_color
from mmfer.synthetic.render.scene import Color, Person, Scene
from mmfer.synthetic.render.skin import SkinPainter, fold_depths
from mmfer.synthetic.render.surface import Layer, Material

TEETH: Color = (0.85, 0.81, 0.72)
GUMS: Color = (0.55, 0.23, 0.22)


@dataclass(frozen=True)
class Plain:
    """A material of one color."""

    albedo: Color
    shine: float = 0.0
    sharpness: float = 1.0
    sheen: float = 0.0
    scatter: float = 0.0


class Shader:
    """Looks up the materials of one person in one scene."""

    def __init__(
        self, person: Person, scene: Scene, look: Look, painter: SkinPainter, head: np.ndarray
    ) -> None:
        self.person, self.scene, self.painter = person, scene, painter
        self.skin, self.hair, self.head = look.skin, look.hair, head
        red, green, blue = person.skin
        frame = frame_color(scene.seed if scene.occluder == 'sunglasses' else person.seed)
        self.plain = {
            Material.TEETH: Plain(TEETH if person.teeth else GUMS, 0.3, 60, scatter=0.5),
            Material.TONGUE: Plain((0.50, 0.20, 0.19), 0.15, 30),
            Material.LASHES: Plain((0.05, 0.04, 0.035)),
            Material.FRAME: Plain(frame, 0.8, 60, 0.2),
            Material.DARK_GLASS: Plain((0.012, 0.012, 0.014), 0.9, 90, 0.7),
            Material.CLOTH: Plain(mask_color(scene.seed), 0.03, 8, 0.05),
            Material.HAND: Plain((red, 0.97 * green, 0.96 * blue), 0.12, 18, 0.2, 1.0),
        }

    def reflectance(self, layer: Layer) -> Reflectance:
        count = len(layer.pixels)
        zeros = (np.zeros(count, np.float32) for _ in range(4))
        surface = Reflectance(np.zeros((count, 3), np.float32), layer.normals.copy(), *zeros)
        surface.sharpness[:] = 1
        self._skin(layer, surface)
        self._eyes(layer, surface)
        self._hair(layer, surface)
        for material, plain in self.plain.items():
            at = np.flatnonzero(layer.materials == material)
            surface.albedo[at], surface.scatter[at] = plain.albedo, plain.scatter
            surface.shine[at], surface.sharpness[at] = plain.shine, plain.sharpness
            surface.sheen[at] = plain.sheen
        return surface

    def _skin(self, layer: Layer, surface: Reflectance) -> None:
        at = np.flatnonzero(layer.materials == Material.SKIN)
        if not len(at):
            return
        rest, (lips, _, ears, inside, _) = layer.texture[at, :3], layer.texture[at, 3:8].T
        column, row = locate(rest)
        paint = look_up(self.skin.paint, column, row)
        albedo, hair = paint[:, :3], paint[:, 3]
        lip = (0.88 * lips)[:, None]
        hair = hair * (1 - lips)
        tone = albedo.mean(1, keepdims=True) / max(float(np.mean(self.person.skin)), 1e-3)
        albedo = albedo * (1 - lip) + f32(self.person.lip) * tone * lip
        albedo = albedo * (1 - 0.08 * ears[:, None] * f32([0, 1, 1]))
        deep = inside[:, None]
        albedo = albedo * (1 - deep) + f32([0.20, 0.05, 0.05]) * deep
        bump = look_up(self.skin.bump, column, row)
        for name, depth in fold_depths(self.person, self.scene.face_units).items():
            if depth > 0.02:
                bump += depth * look_up(self.painter.folds[name], column, row)
        bump *= (1 - 0.7 * np.maximum(lips, hair))[:, None]
        dressed = self._shirt(rest)
        albedo = albedo * (1 - dressed) + f32(self.scene.shirt) * dressed
        bare = 1 - dressed[:, 0]
        surface.albedo[at] = albedo
        surface.normals[at] = unit(layer.normals[at] + (bump * bare[:, None]) @ self.head.T)
        surface.scatter[at] = bare * (1 - 0.6 * hair)
        surface.shine[at] = bare * (1 - 0.8 * hair) * (0.14 + 0.3 * lips + 0.5 * inside)
        surface.sharpness[at] = 22 + 30 * lips
        surface.sheen[at] = 0.22 * bare

    def _shirt(self, rest: np.ndarray) -> np.ndarray:
        x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
        neckline = 5.83 - 0.22 * np.clip(z - 0.2, -1, 1) + 0.12 * np.clip(x / 0.6, 0, 1)
        return smoothstep(0.01, -0.01, y - neckline)[:, None]

    def _eyes(self, layer: Layer, surface: Reflectance) -> None:
        for material, side in ((Material.LEFT_EYE, 1), (Material.RIGHT_EYE, -1)):
            at = np.flatnonzero(layer.materials == material)
            if len(at):
                gaze = layer.texture[at, :3] - f32([side * EYE_CENTER[0], *EYE_CENTER[1:]])
                surface.albedo[at] = eye_albedo(unit(gaze), self.person)
                surface.shine[at], surface.sharpness[at] = 2.2, 260
                surface.sheen[at] = 0.1

    def _hair(self, layer: Layer, surface: Reflectance) -> None:
        at = np.flatnonzero(layer.materials == Material.HAIR)
        if self.hair is None or not len(at):
            return
        tone = self._strands(layer.texture[at])
        surface.albedo[at] = f32(self.person.hair) * np.clip(1 + 0.3 * tone, 0.3, 2)[:, None]
        surface.normals[at, 0] += 0.22 * tone
        surface.normals[at] = unit(surface.normals[at])
        surface.shine[at], surface.sharpness[at], surface.sheen[at] = 0.10, 14, 0.06

    def _strands(self, texture: np.ndarray) -> np.ndarray:
        assert self.hair is not None
        rows, columns = self.hair.strands.shape[:2]
        column = (texture[:, 0] + 1) / 2 * (columns - 1)
        row = (texture[:, 1] + 1) / 3.6 * (rows - 1)
        return look_up(self.hair.strands, column, row)[:, 0]

    def opacity(self, layer: Layer) -> np.ndarray:
        """Opacity (N,) of the pixels of hair and lashes, from 0 to 1."""
        opaque = np.ones(len(layer.pixels), np.float32)
        lashes = self.person.lashes
        drawn = 0.35 + 0.5 * (1 - self.person.gender) if lashes is None else lashes
        opaque[layer.materials == Material.LASHES] = drawn
        at = np.flatnonzero(layer.materials == Material.HAIR)
        if len(at):
            inside = layer.texture[at, 2]
            fray = 0.03 + 0.03 * self._strands(layer.texture[at])
            opaque[at] = smoothstep(-0.02, 0.05, inside - fray * smoothstep(0.4, 0.0, inside))
        return opaque
