"""Renders an image of a person in a scene, with its exact geometry."""

from functools import cached_property

import cv2
import numpy as np

from mmfer.synthetic.render.accessories import Solid
from mmfer.synthetic.render.appearance import Look, LookBook
from mmfer.synthetic.render.arrays import f32
from mmfer.synthetic.render.camera import Camera, Pose, head_share
from mmfer.synthetic.render.hair import hairline
from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.lighting import Lighting
from mmfer.synthetic.render.occluders import fit_occluder, lay_bar
from mmfer.synthetic.render.photograph_effects import background, develop
from mmfer.synthetic.render.scene import Person, Rendering, Scene
from mmfer.synthetic.render.shading import Shader
from mmfer.synthetic.render.surface import Layer, Material, Surface, join, vertex_normals
from mmfer.synthetic.render.visibility import visible_points

SUPERSAMPLING = 2
HAIR_MARGIN = 1.12
"""Height of a head with its hair, in heights of the bare head."""
HAIR_LIFT = 0.04
"""Skin that rises above the hair by less than this distance stays hidden."""
SURFACE_TOLERANCE = 0.03
"""Largest depth of a visible landmark behind the surface, in heights of the head."""
OCCLUDING = (Material.DARK_GLASS, Material.CLOTH, Material.HAND)


class Renderer:
    """Draws faces.

    The same person, scene and size give the same image in any process and order. The renderer
    caches shape and textures of a person, so rendering is fastest with one person after another.

    Args:
        head: The head pack; None loads the pack shipped with mmfer.

    Example:
        >>> renderer = Renderer()
        >>> rendering = renderer.render(Person(age=0.3), Scene(face_units={'jawOpen': 0.5}), 224)
        >>> rendering.image.shape, rendering.landmarks.shape
        ((224, 224, 3), (68, 2))
    """

    def __init__(self, head: Head | None = None) -> None:
        self.head = head or Head()
        self.looks = LookBook(self.head)

    def render(self, person: Person, scene: Scene, size: int = 112) -> Rendering:
        """Draw one image.

        Args:
            person: The person to draw.
            scene: Expression, pose, light and surroundings.
            size: Height and width of the image in pixels.

        Raises:
            ValueError: If the size, the person or the scene has an invalid value.
        """
        if size < 16:
            raise ValueError(f'The size of an image is {size}: give at least 16 pixels.')
        if scene.zoom <= 0:
            raise ValueError(f'Scene.zoom is {scene.zoom}: give a number above 0.')
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        try:
            return self._render(person, scene, size)
        finally:
            cv2.setNumThreads(threads)

    def _render(self, person: Person, scene: Scene, size: int) -> Rendering:
        look = self.looks[person]
        center, height = look.center, HAIR_MARGIN * look.height
        if scene.close:
            chin, forehead = look.shape[self._face, 1].min(), look.shape[self._face, 1].max()
            center, height = f32([0, (chin + forehead) / 2, look.center[2]]), forehead - chin
        extent = height * scene.zoom
        camera = Camera.of(size * SUPERSAMPLING, extent)
        pose = Pose.of(scene.yaw, scene.pitch, scene.roll, look.pivot, center)
        shape = self.head.express(look.shape, scene.face_units)
        points = pose(shape, self._share)
        occluder = fit_occluder(self.head, shape, look.shape, scene)
        glasses = None if scene.occluder == 'sunglasses' else look.glasses
        worn = [solid_surface(solid, pose) for solid in (glasses, occluder) if solid is not None]
        opaque, sheer = self._surfaces(points, look, pose)
        base, veil = Layer.of(join([opaque, *worn]), camera), Layer.of(sheer, camera)

        shader = Shader(person, scene, look, self.looks.painter, pose.head)
        square = (camera.size, camera.size)
        depth = np.full(camera.size**2, np.inf, np.float32)
        depth[base.pixels] = base.depth
        veil = veil.select(veil.depth - HAIR_LIFT < depth[veil.pixels])
        opacity = shader.opacity(veil)
        solid = opacity > 0.5
        depth[veil.pixels[solid]] = veil.depth[solid]
        lighting = Lighting.of(scene, camera, depth.reshape(square), extent)
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
        tolerance = SURFACE_TOLERANCE * look.height
        visible = visible_points(
            xy, distance, depth.reshape(square), hidden.reshape(square), tolerance
        )
        image = develop(canvas.reshape(*square, 3), scene, size)
        # The camera's origin is the corner of the image, a Rendering's the first pixel's center.
        landmarks = xy / SUPERSAMPLING - 0.5
        return Rendering(image, landmarks, visible, self._face_box(points, camera))

    @cached_property
    def _share(self) -> np.ndarray:
        return head_share(self.head.vertices[:, 1])

    @cached_property
    def _texture(self) -> np.ndarray:
        return np.concatenate([self.head.vertices, self.head.regions], 1)

    @cached_property
    def _face(self) -> np.ndarray:
        """The vertices of the face's skin, below the hair and above the neck."""
        rest, skin = self.head.vertices, np.unique(self.head.part('skin'))
        jaw = 6.17 + 0.9 * np.clip(1.0 - rest[:, 2], 0, 1)
        face = (rest[:, 1] > jaw) & (rest[:, 2] > 0.45) & (hairline(rest) < 0)
        face &= (self.head.regions[:, 2:4] < 0.1).all(1)
        return skin[face[skin]]

    def _face_box(self, points: np.ndarray, camera: Camera) -> tuple[float, float, float, float]:
        xy, _ = camera.project(points[self._face])
        corners = np.clip([xy.min(0), xy.max(0)], 0, camera.size) / SUPERSAMPLING
        x1, y1, x2, y2 = corners.ravel().tolist()
        return x1, y1, x2, y2

    def _surfaces(self, points: np.ndarray, look: Look, pose: Pose) -> tuple[Surface, Surface]:
        """The opaque surfaces, and the surfaces that may be transparent."""
        head = self.head
        whole = Surface(points, head.normals(points), self._texture, head.triangles, head.parts)
        lashes = head.parts == Material.LASHES
        opaque, sheer = whole.select(~lashes), whole.select(lashes)
        if look.hair is None:
            return opaque, sheer
        outer, inner = look.hair.surfaces(pose)
        return join([opaque, inner]), join([sheer, outer])


def solid_surface(solid: Solid, pose: Pose) -> Surface:
    """A solid that turns with the head."""
    points = pose(solid.points)
    texture = np.zeros((len(points), 8), np.float32)
    normals = vertex_normals(points, solid.triangles)
    return Surface(points, normals, texture, solid.triangles, solid.materials)
