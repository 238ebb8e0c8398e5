import numpy as np

from mmfer.synthetic.render.rasterizer import rasterize


def brute_force(points, depth, triangles, height, width, two_sided):
    """The nearest triangle of each pixel, in double precision, pixel by pixel."""
    nearest, owner = np.full((height, width), np.inf), np.full((height, width), -1)
    for index, corners in enumerate(triangles):
        a, b, c = points[corners].astype(float)
        area = np.linalg.det(np.stack([b - a, c - a]))
        if abs(area) < 1e-9 or (area > 0 and not two_sided):
            continue
        for row in range(height):
            for column in range(width):
                p = np.array([column + 0.5, row + 0.5])
                w = np.linalg.solve(np.stack([b - a, c - a]).T, p - a)
                w = np.array([1 - w.sum(), *w])
                z = w @ depth[corners]
                if (w >= 0).all() and z < nearest[row, column]:
                    nearest[row, column], owner[row, column] = z, index
    return nearest, owner


def scene(seed: int):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-6, 22, (30, 2)).astype(np.float32)
    depth = rng.uniform(1, 5, 30).astype(np.float32)
    return points, depth, rng.permutation(30).reshape(10, 3)


def test_the_rasterizer_agrees_with_a_loop_over_pixels() -> None:
    for seed in range(4):
        for two_sided in (True, False):
            points, depth, triangles = scene(seed)
            seen = rasterize(points, depth, triangles, 12, 16, two_sided)
            nearest, owner = brute_force(points, depth, triangles, 12, 16, two_sided)
            drawn = np.full(12 * 16, -1)
            drawn[seen.pixels] = seen.triangles
            np.testing.assert_array_equal(drawn.reshape(12, 16), owner)
            at = nearest.ravel()[seen.pixels]
            np.testing.assert_allclose(seen.depth, at, rtol=1e-4)


def test_interpolation_reproduces_an_affine_attribute() -> None:
    points, depth, triangles = scene(9)
    seen = rasterize(points, depth, triangles, 12, 16, two_sided=True)
    place = seen.interpolate(triangles, points)
    row, column = np.divmod(seen.pixels, 16)
    np.testing.assert_allclose(place, np.stack([column + 0.5, row + 0.5], 1), atol=1e-3)


def test_pixels_are_unique_and_ascending() -> None:
    seen = rasterize(*scene(3), 12, 16, two_sided=True)
    assert (np.diff(seen.pixels) > 0).all()


def test_clockwise_triangles_show_only_when_two_sided() -> None:
    points = np.float32([[0, 0], [8, 0], [0, 8]])
    depth = np.ones(3, np.float32)
    clockwise, other = np.array([[0, 1, 2]]), np.array([[0, 2, 1]])
    assert len(rasterize(points, depth, clockwise, 8, 8).pixels) == 0
    assert len(rasterize(points, depth, other, 8, 8).pixels) > 20
    assert len(rasterize(points, depth, clockwise, 8, 8, two_sided=True).pixels) > 20


def test_an_empty_image_gives_no_fragments() -> None:
    points = np.float32([[-9, -9], [-5, -9], [-9, -5]])
    seen = rasterize(points, np.ones(3, np.float32), np.array([[0, 1, 2]]), 8, 8, two_sided=True)
    assert len(seen.pixels) == len(seen.depth) == len(seen.triangles) == 0
