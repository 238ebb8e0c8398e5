import numpy as np

from mmfer.synthetic import Head, Person
from mmfer.synthetic.render.accessories import fan, fit_glasses, frame_color, join_solids, tube
from mmfer.synthetic.render.surface import Material, vertex_normals


def test_a_tube_keeps_its_radius_and_faces_outwards() -> None:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    path = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)
    ring = tube(path, 0.1, closed=True)
    center = np.repeat(path, 6, 0)
    np.testing.assert_allclose(np.linalg.norm(ring.points - center, axis=1), 0.1, atol=1e-5)
    normals = vertex_normals(ring.points, ring.triangles)
    assert np.einsum('ij,ij->i', normals, ring.points - center).min() > 0.05


def test_a_fan_faces_the_front() -> None:
    pane = fan(np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]]))
    assert vertex_normals(pane.points, pane.triangles)[:, 2].min() > 0.9


def test_joined_solids_keep_their_triangles() -> None:
    pane = fan(np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0.0]]))
    both = join_solids([pane, pane])
    np.testing.assert_array_equal(both.points[both.triangles[3:]], pane.points[pane.triangles])


def test_glasses_are_in_front_of_all_eyes(head: Head) -> None:
    for age in (0.02, 0.2, 0.5, 0.95):
        shape = head.shape(Person(age=age))
        for dark in (False, True):
            glasses = fit_glasses(head, shape, 1, dark)
            eyes = shape[np.concatenate(head.eye_vertices)]
            lenses = glasses.points[glasses.points[:, 2] > eyes[:, 2].max()]
            assert lenses[:, 0].max() > eyes[:, 0].max()
            assert lenses[:, 1].max() > eyes[:, 1].mean() > lenses[:, 1].min()
            assert (Material.DARK_GLASS in glasses.materials) == dark


def test_seeds_choose_forms_and_colors(head: Head) -> None:
    first, second = (fit_glasses(head, head.vertices, seed, False).points for seed in (1, 2))
    assert np.abs(first - second).max() > 0.005
    assert len({frame_color(seed) for seed in range(30)}) > 2
