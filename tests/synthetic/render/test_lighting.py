import numpy as np
import pytest

from mmfer.synthetic import Scene
from mmfer.synthetic.render.camera import Camera
from mmfer.synthetic.render.lighting import Lighting, Reflectance, cast_shadow, direction, openness
from mmfer.synthetic.render.surface import Layer

SIZE = 96
CAMERA = Camera.of(SIZE, 2.6)


def wall(z: float = 0.0) -> np.ndarray:
    return np.full((SIZE, SIZE), CAMERA.distance - z, np.float32)


def test_direction_of_the_light() -> None:
    np.testing.assert_allclose(direction(0, 0), [0, 0, 1], atol=1e-6)
    assert direction(40, 0)[0] > 0 and direction(0, 40)[1] > 0


def test_a_box_casts_its_shadow_away_from_the_light() -> None:
    depth = wall()
    depth[40:56, 40:56] -= 0.5
    shadow = cast_shadow(depth, CAMERA, direction(-50, 0), 2.6)
    assert shadow[48, 62] < 0.3, 'the light comes from the left'
    assert shadow[48, 30] > 0.9 and shadow[48, 48] > 0.9


def test_a_bare_wall_and_an_empty_image_are_lit() -> None:
    assert cast_shadow(wall(), CAMERA, direction(40, 30), 2.6).min() > 0.99
    empty = np.full((SIZE, SIZE), np.inf, np.float32)
    assert cast_shadow(empty, CAMERA, direction(40, 30), 2.6).min() == 1
    assert openness(empty, 2.6).min() == 1


def test_hollows_are_less_open() -> None:
    depth = wall()
    depth[44:52, 44:52] += 0.2
    opened = openness(depth, 2.6)
    assert opened[48, 48] < 0.85 < 0.95 < opened[10, 10]


def layer_and_surface(normal: np.ndarray) -> tuple[Layer, Reflectance]:
    one = np.float32([[0, 0, 1]])
    pixel = np.array([SIZE * SIZE // 2 + SIZE // 2])
    layer = Layer(
        pixel,
        np.float32([CAMERA.distance]),
        np.zeros((1, 3), np.float32),
        one,
        one,
        np.zeros((1, 8), np.float32),
        np.zeros(1, np.uint8),
    )
    flat = [np.float32([value]) for value in (0, 0, 1, 0)]
    return layer, Reflectance(np.full((1, 3), 0.5, np.float32), normal, *flat)


def test_surfaces_towards_the_light_are_brighter() -> None:
    scene = Scene(light=(45, 0, 1.0), light_color=(1, 1, 1))
    lighting = Lighting.of(scene, CAMERA, wall(), 2.6)
    towards, away = (
        lighting.shade(*layer_and_surface(direction(azimuth, 0)[None])).mean()
        for azimuth in (45, -45)
    )
    assert towards > 1.5 * away > 0


def test_the_color_of_the_light_shows() -> None:
    scene = Scene(light=(0, 0, 1.0), light_color=(1, 0.5, 0.2))
    lighting = Lighting.of(scene, CAMERA, wall(), 2.6)
    red, green, blue = lighting.shade(*layer_and_surface(np.float32([[0, 0, 1]])))[0]
    assert red > green > blue


@pytest.mark.parametrize('shade', [0.0, 0.6])
def test_shading_matches_the_formula_of_a_matt_surface(shade: float) -> None:
    scene = Scene(light=(0, 0, 0.8), light_color=(1, 1, 1), shade=shade)
    lighting = Lighting.of(scene, CAMERA, wall(), 2.6)
    radiance = lighting.shade(*layer_and_surface(np.float32([[0, 0, 1]])))[0]
    fill = (0.5 + 0.5 * np.cos(np.radians(10))) ** 1.5
    around = 0.33 * fill * np.array([0.9, 0.95, 1]) + 0.22 + 0.22 * 0.5
    expected = 0.5 * (0.8 + (1 - shade) * around)
    np.testing.assert_allclose(radiance, expected, rtol=1e-3)
    assert radiance[0] == pytest.approx(expected[0], rel=1e-3)
