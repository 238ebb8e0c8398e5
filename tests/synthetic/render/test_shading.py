import numpy as np

from mmfer.synthetic import Person, Renderer, Scene
from mmfer.synthetic.render.camera import Camera, Pose
from mmfer.synthetic.render.shading import Shader
from mmfer.synthetic.render.surface import Layer, Material, Surface


def layer_of(renderer: Renderer, person: Person, scene: Scene, front: str) -> tuple[Shader, Layer]:
    look = renderer.looks[person]
    pose = Pose.of(0, 0, 0, look.pivot, look.center)
    head = renderer.head
    points = pose(look.shape)
    texture = np.concatenate([head.vertices, head.regions], 1)
    surface = Surface(points, head.normals(points), texture, head.triangles, head.parts)
    kept = head.parts == Material.LASHES
    layer = Layer.of(
        surface.select(kept if front == 'lashes' else ~kept), Camera.of(160, 1.1 * look.height)
    )
    return Shader(person, scene, look, renderer.looks.painter, pose.head), layer


def test_lips_eyes_and_shirt_have_their_colors(renderer: Renderer) -> None:
    person = Person(lip=(0.6, 0.0, 0.0), iris=(0.0, 0.0, 0.6), hair_style='bald')
    shader, layer = layer_of(renderer, person, Scene(shirt=(0.0, 0.7, 0.0)), 'head')
    albedo = shader.reflectance(layer).albedo
    lips = (layer.materials == Material.SKIN) & (layer.texture[:, 3] > 0.9)
    lips &= layer.texture[:, 6] < 0.05
    red, green, blue = albedo[lips].mean(0)
    assert red > 4 * green and red > 4 * blue
    eyes = np.isin(layer.materials, (Material.LEFT_EYE, Material.RIGHT_EYE))
    assert (albedo[eyes][:, 2] > 3 * albedo[eyes][:, 0]).any()
    shirt = layer.texture[:, 1] < 5.5
    if shirt.any():
        np.testing.assert_allclose(albedo[shirt], [[0, 0.7, 0]] * shirt.sum(), atol=0.02)


def test_normals_are_unit_and_only_skin_scatters(renderer: Renderer) -> None:
    shader, layer = layer_of(renderer, Person(), Scene(), 'head')
    surface = shader.reflectance(layer)
    np.testing.assert_allclose(np.linalg.norm(surface.normals, axis=1), 1, atol=1e-3)
    assert surface.scatter[layer.materials == Material.LEFT_EYE].max() == 0
    assert surface.scatter[layer.materials == Material.SKIN].max() > 0.9


def test_lashes_are_fainter_on_men(renderer: Renderer) -> None:
    opacities = []
    for gender in (0.0, 1.0):
        shader, layer = layer_of(renderer, Person(gender=gender), Scene(), 'lashes')
        assert len(layer.pixels)
        opacities.append(shader.opacity(layer).mean())
    assert opacities[0] > opacities[1] + 0.3
    shader, layer = layer_of(renderer, Person(gender=1.0, lashes=0.9), Scene(), 'lashes')
    assert (shader.opacity(layer) == np.float32(0.9)).all()
