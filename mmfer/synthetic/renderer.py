"""Renders a person in a scene, with the exact geometry of the picture."""

from collections import OrderedDict
from dataclasses import astuple, dataclass
from functools import cached_property

import cv2
import numpy as np

from mmfer.synthetic.accessories import Solid, fit_glasses
from mmfer.synthetic.camera import Camera, Pose, head_share
from mmfer.synthetic.chart import Chart
from mmfer.synthetic.hair import Hair, HairCutter, hairline
from mmfer.synthetic.head import Head
from mmfer.synthetic.lighting import Lighting
from mmfer.synthetic.occluders import fit_occluder, lay_bar
from mmfer.synthetic.post import background, develop
from mmfer.synthetic.scene import Person, Rendering, Scene
from mmfer.synthetic.shading import Shader
from mmfer.synthetic.skin import SkinPainter, SkinTexture
from mmfer.synthetic.surface import Layer, Material, Surface, join, vertex_normals

SUPERSAMPLING = 2
HAIR_MARGIN = 1.12
"""Height of a head with its hair, in heights of the bare head."""
HAIR_LIFT = 0.04
"""Skin that rises above the hair by less than this stays under it."""
SILHOUETTE = 0.01
"""A point this near to the outline of the head, in parts of the picture, counts as on it."""
CACHED_PEOPLE = 64
OCCLUDING = (Material.DARK_GLASS, Material.CLOTH, Material.HAND)


@dataclass(frozen=True)
class Look:
    """What stays the same over all pictures of a person."""

    shape: np.ndarray
    skin: SkinTexture
    hair: Hair | None
    glasses: Solid | None
    centre: np.ndarray
    pivot: np.ndarray
    height: float
    """Height of the bare head, from the chin to the crown."""


def solid_surface(solid: Solid, pose: Pose) -> Surface:
    """A solid that turns with the head."""
    points = pose(solid.points)
    texture = np.zeros((len(points), 8), np.float32)
    normals = vertex_normals(points, solid.triangles)
    return Surface(points, normals, texture, solid.triangles, solid.materials)


def seen(
    xy: np.ndarray, distance: np.ndarray, depth: np.ndarray, hidden: np.ndarray, tolerance: float
) -> np.ndarray:
    """Which points are in the picture, before nothing but themselves, and under no occluder.

    Args:
        xy: (N, 2) pixels.
        distance: (N,) depths of the points.
        depth: (S, S) depth map.
        hidden: (S, S) bool, where an occluder is.
        tolerance: How far behind the surface a point still counts as on it.

    Returns:
        (N,) bool.
    """
    size = len(depth)
    inside = ((xy >= 0) & (xy < size)).all(1)
    column, row = np.clip(xy.astype(np.int32), 0, size - 1).T
    reach = 2 * max(1, round(SILHOUETTE * size)) + 1
    known = np.where(np.isfinite(depth), depth, 1e6).astype(np.float32)
    farthest = cv2.dilate(known, np.ones((reach, reach), np.uint8))
    return inside & (distance <= farthest[row, column] + tolerance) & ~hidden[row, column]


class Renderer:
    """Draws faces.

    The same person, scene and size give the same picture in any process and order. A person's shape
    and textures are kept, so it is fastest to render the pictures of one person in a row.

    Args:
        head: The head pack; None loads the shipped one.

    Example:
        >>> renderer = Renderer()
        >>> rendering = renderer.render(Person(age=0.3), Scene(face_units={'jawOpen': 0.5}), 224)
        >>> rendering.image.shape, rendering.landmarks.shape
        ((224, 224, 3), (68, 2))
    """

    def __init__(self, head: Head | None = None) -> None:
        self.head = head or Head()
        self._looks: OrderedDict[tuple[object, ...], Look] = OrderedDict()

    @cached_property
    def _painter(self) -> SkinPainter:
        return SkinPainter(Chart(self.head))

    @cached_property
    def _cutter(self) -> HairCutter:
        return HairCutter(self.head)

    @cached_property
    def _face(self) -> np.ndarray:
        """The vertices of the face's skin, below the hair and above the neck."""
        rest, skin = self.head.vertices, np.unique(self.head.part('skin'))
        jaw = 6.17 + 0.9 * np.clip(1.0 - rest[:, 2], 0, 1)
        face = (rest[:, 1] > jaw) & (rest[:, 2] > 0.45) & (hairline(rest) < 0)
        face &= (self.head.regions[:, 2] < 0.1) & (self.head.regions[:, 3] < 0.1)
        return skin[face[skin]]

    @cached_property
    def _share(self) -> np.ndarray:
        return head_share(self.head.vertices[:, 1])

    @cached_property
    def _skull(self) -> np.ndarray:
        skin = np.unique(self.head.part('skin'))
        return skin[self.head.vertices[skin, 1] > 6.15]

    def render(self, person: Person, scene: Scene, size: int = 112) -> Rendering:
        """Draw one picture.

        Args:
            person: Whose face it is.
            scene: Its expression, pose, light and surroundings.
            size: Height and width of the picture in pixels.

        Raises:
            ValueError: If the person or the scene has a value that cannot be drawn.
        """
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        try:
            return self._render(person, scene, size)
        finally:
            cv2.setNumThreads(threads)

    def _render(self, person: Person, scene: Scene, size: int) -> Rendering:
        look = self._look(person)
        extent = HAIR_MARGIN * look.height * scene.zoom
        camera = Camera.of(size * SUPERSAMPLING, extent)
        pose = Pose.of(scene.yaw, scene.pitch, scene.roll, look.pivot, look.centre)
        shape = self.head.express(look.shape, scene.face_units)
        points = pose(shape, self._share)
        opaque, sheer = self._surfaces(points, look, pose)
        occluder = fit_occluder(self.head, shape, look.shape, scene)
        worn = [solid for solid in (look.glasses, occluder) if solid is not None]
        if scene.occluder == 'sunglasses':
            worn = [occluder] if occluder is not None else []
        opaque = join([opaque, *(solid_surface(solid, pose) for solid in worn)])
        base, veil = Layer.of(opaque, camera), Layer.of(sheer, camera)
        left = self.head.vertices[self.head.eye_vertices[0]]
        shader = Shader(person, scene, look.skin, self._painter, pose.head, left.mean(0), look.hair)
        depth = np.full(camera.size**2, np.inf, np.float32)
        depth[base.pixels] = base.depth
        veil = veil.select(veil.depth - HAIR_LIFT < depth[veil.pixels])
        opacity = shader.opacity(veil)
        solid = opacity > 0.5
        depth[veil.pixels[solid]] = veil.depth[solid]
        lighting = Lighting.of(scene, camera, depth.reshape(camera.size, camera.size), extent)
        canvas = background(scene, camera.size).reshape(-1, 3)
        canvas[base.pixels] = lighting.shade(base, shader.reflectance(base))
        color = lighting.shade(veil, shader.reflectance(veil))
        canvas[veil.pixels] += opacity[:, None] * (color - canvas[veil.pixels])
        hidden = np.zeros(camera.size**2, bool)
        hidden[base.pixels] = np.isin(base.materials, OCCLUDING)
        xy, distance = camera.project(points[self.head.landmarks])
        if scene.occluder == 'bar':
            bar = lay_bar(scene, xy, camera.size)
            canvas[bar.mask.ravel()] = bar.color
            hidden |= bar.mask.ravel()
        image = develop(canvas.reshape(camera.size, camera.size, 3), scene, size)
        hidden = hidden.reshape(camera.size, camera.size)
        return Rendering(
            image,
            xy / SUPERSAMPLING,
            seen(xy, distance, depth.reshape(hidden.shape), hidden, 0.08 * extent / 2.6),
            self._face_box(points, camera),
        )

    def _face_box(self, points: np.ndarray, camera: Camera) -> tuple[float, float, float, float]:
        xy, _ = camera.project(points[self._face])
        low = np.clip(xy.min(0) / SUPERSAMPLING, 0, camera.size / SUPERSAMPLING)
        high = np.clip(xy.max(0) / SUPERSAMPLING, 0, camera.size / SUPERSAMPLING)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def _surfaces(self, points: np.ndarray, look: Look, pose: Pose) -> tuple[Surface, Surface]:
        """What hides everything behind it, and what may let it shine through."""
        head = self.head
        texture = np.concatenate([head.vertices, head.regions], 1)
        whole = Surface(points, head.normals(points), texture, head.triangles, head.parts)
        lashes = head.parts == Material.LASHES
        opaque, sheer = whole.select(~lashes), whole.select(lashes)
        hair = look.hair
        if hair is None:
            return opaque, sheer
        posed = pose(hair.points, head_share(hair.rest[:, 1]))
        material = np.full(len(hair.triangles), Material.HAIR, np.uint8)
        normals = vertex_normals(posed, hair.triangles)
        outer = Surface(posed, normals, hair.texture, hair.triangles, material)
        kept = (hair.texture[hair.triangles, 2] > 0.05).all(1)
        backs = hair.triangles[kept][:, ::-1]
        inner = Surface(posed, normals, hair.texture, backs, material[kept])
        return join([opaque, inner]), join([sheer, outer])

    def _look(self, person: Person) -> Look:
        key = astuple(person)
        key = tuple(tuple(sorted(v.items())) if isinstance(v, dict) else v for v in key)
        if key not in self._looks:
            self._looks[key] = self._make_look(person)
            if len(self._looks) > CACHED_PEOPLE:
                self._looks.popitem(last=False)
        self._looks.move_to_end(key)
        return self._looks[key]

    def _make_look(self, person: Person) -> Look:
        shape = self.head.shape(person)
        skull = shape[self._skull]
        bottom, top = float(skull[:, 1].min()), float(skull[:, 1].max())
        centre = np.float32([0, (bottom + top) / 2, skull[:, 2].mean()])
        neck = np.float32([0, bottom - 0.1, centre[2] - 0.35])
        hair = self._cutter.cut(person, shape)
        glasses = fit_glasses(self.head, shape, person.seed, dark=False) if person.glasses else None
        return Look(shape, self._painter.paint(person), hair, glasses, centre, neck, top - bottom)
