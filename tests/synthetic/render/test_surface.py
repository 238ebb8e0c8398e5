import numpy as np
import pytest

from mmfer.synthetic.render.camera import Camera
from mmfer.synthetic.render.surface import Layer, Material, Surface, join, vertex_normals

POINTS = np.float32([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]])


def square(z: float, material: Material) -> Surface:
    points = POINTS + np.float32([0, 0, z])
    texture = np.zeros((4, 8), np.float32)
    texture[:, :3] = points
    return Surface(
        points,
        vertex_normals(points, TRIANGLES),
        texture,
        TRIANGLES,
        np.full(2, material, np.uint8),
    )


def test_normals_of_a_square_that_faces_the_camera() -> None:
    np.testing.assert_allclose(vertex_normals(POINTS, TRIANGLES), [[0, 0, 1]] * 4, atol=1e-6)


def test_the_nearer_surface_hides_the_farther() -> None:
    both = join([square(0, Material.SKIN), square(0.5, Material.CLOTH)])
    layer = Layer.of(both, Camera.of(32, 2.0))
    assert (layer.materials == Material.CLOTH).all()


def test_a_layer_has_points_and_textures() -> None:
    camera = Camera.of(32, 2.5)
    layer = Layer.of(square(0, Material.SKIN), camera)
    assert 0.5 * 32 * 32 < len(layer.pixels) < 32 * 32
    np.testing.assert_allclose(layer.points, layer.texture[:, :3], atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(layer.view, axis=1), 1, atol=1e-5)


def test_selecting_keeps_the_rows_together() -> None:
    layer = Layer.of(square(0, Material.SKIN), Camera.of(32, 2.5))
    half = layer.select(layer.points[:, 0] > 0)
    assert len(half.pixels) == len(half.normals) == pytest.approx(len(layer.pixels) / 2, rel=0.1)
    surface = square(0, Material.SKIN).select(np.array([True, False]))
    assert len(surface.triangles) == 1 and len(surface.points) == 4
