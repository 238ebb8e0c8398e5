"""Renders a person in a scene, with the exact geometry of the picture."""

from collections import OrderedDict
from dataclasses import astuple, dataclass
from functools import cached_property

import cv2
import numpy as np

from mmfer.synthetic.camera import Camera, Pose, head_share
from mmfer.synthetic.chart import Chart
from mmfer.synthetic.hair import Hair, HairCutter
from mmfer.synthetic.head import Head
from mmfer.synthetic.lighting import Lighting
from mmfer.synthetic.post import background, develop
from mmfer.synthetic.scene import Person, Rendering, Scene
from mmfer.synthetic.shading import Shader
from mmfer.synthetic.skin import SkinPainter, SkinTexture
from mmfer.synthetic.surface import Layer, Material, Surface, join, vertex_normals

SUPERSAMPLING = 2
HAIR_MARGIN = 1.12
"""Height of a head with its hair, in heights of the bare head."""
CACHED_PEOPLE = 64


@dataclass(frozen=True)
class Look:
    """What stays the same over all pictures of a person."""

    shape: np.ndarray
    skin: SkinTexture
    hair: Hair | None
    centre: np.ndarray
    pivot: np.ndarray
    height: float
    """Height of the bare head, from the chin to the crown."""


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
        points = pose(self.head.express(look.shape, scene.face_units), self._share)
        opaque, sheer = self._surfaces(points, look, pose)
        base, veil = Layer.of(opaque, camera), Layer.of(sheer, camera)
        left = self.head.vertices[self.head.eye_vertices[0]]
        shader = Shader(
            person, scene, look.skin, self._painter, pose.head, left.mean(0), look.hair
        )
        depth = np.full(camera.size**2, np.inf, np.float32)
        depth[base.pixels] = base.depth
        veil = veil.select(veil.depth < depth[veil.pixels])
        opacity = shader.opacity(veil)
        solid = opacity > 0.5
        depth[veil.pixels[solid]] = veil.depth[solid]
        lighting = Lighting.of(scene, camera, depth.reshape(camera.size, camera.size), extent)
        canvas = background(scene, camera.size).reshape(-1, 3)
        canvas[base.pixels] = lighting.shade(base, shader.reflectance(base))
        color = lighting.shade(veil, shader.reflectance(veil))
        canvas[veil.pixels] += opacity[:, None] * (color - canvas[veil.pixels])
        image = develop(canvas.reshape(camera.size, camera.size, 3), scene, size)

        xy, near = camera.project(points)
        landmarks = xy[self.head.landmarks] / SUPERSAMPLING
        visible = ((landmarks >= 0) & (landmarks < size)).all(1)
        face = base.texture[:, 7] > 0.5
        rows, columns = np.divmod(base.pixels[face], camera.size)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        x1, y1, x2, y2 = (float(value) / SUPERSAMPLING for value in box)
        return Rendering(image, landmarks, visible, (x1, y1, x2, y2))

    def _surfaces(
        self, points: np.ndarray, look: Look, pose: Pose
    ) -> tuple[Surface, Surface]:
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
        if hair.hangs:
            kept = (hair.texture[hair.triangles, 2] > 0.05).all(1)
            inner = Surface(
                posed, normals, hair.texture, hair.triangles[kept][:, ::-1], material[kept]
            )
            opaque = join([opaque, inner])
        return opaque, join([sheer, outer])

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
        return Look(shape, self._painter.paint(person), hair, centre, neck, top - bottom)
