import numpy as np
import pytest

from mmfer.synthetic import Head, Person, Scene
from mmfer.synthetic.render.occluders import (
    fit_mask,
    fit_occluder,
    hold_hand,
    lay_bar,
    lengthen,
    mask_color,
)
from mmfer.synthetic.render.surface import Material


def test_the_mask_covers_mouth_and_nostrils_even_of_an_open_mouth(head: Head) -> None:
    for age in (0.05, 0.5):
        shape = head.shape(Person(age=age))
        shape = head.express(shape, {'jawOpen': 0.8})
        mask = fit_mask(head, shape)
        cloth = mask.points[: 25 * 41].reshape(25, 41, 3)
        marks = shape[head.landmarks]
        assert cloth[..., 1].max() > marks[30, 1] and cloth[..., 1].min() < marks[8, 1]
        for point in marks[[30, 33, 48, 51, 54, 57, 8]]:
            near = np.hypot(*(cloth[..., :2] - point[:2]).T) < 0.06
            assert cloth.transpose(1, 0, 2)[near][:, 2].max() > point[2]


def test_the_hand_is_in_front_of_the_face(head: Head) -> None:
    shape = head.shape(Person())
    for seed in range(5):
        hand = hold_hand(head, shape, np.random.default_rng(seed))
        assert (hand.materials == Material.HAND).all()
        center = hand.points[: len(head.hand_vertices)].mean(0)
        nearest = np.linalg.norm(shape[head.landmarks] - center, axis=1).min()
        assert nearest < 1.0


def test_lengthening_draws_out_the_border_only() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0.0]])
    longer, triangles = lengthen(points, np.array([[0, 1, 2]]), np.array([0, 0, -1.0]))
    assert len(longer) == 6 and len(triangles) == 7
    np.testing.assert_array_equal(longer[3:, 2], -1)


def test_the_bar_is_a_rectangle_over_the_landmarks() -> None:
    landmarks = np.random.default_rng(0).uniform(40, 160, (68, 2)).astype(np.float32)
    bar = lay_bar(Scene(seed=3), landmarks, 224)
    assert 0.01 < bar.mask.mean() < 0.4
    assert bar.mask[40:160, 40:160].any()


def test_each_occluder_gives_its_material(head: Head) -> None:
    shape = head.shape(Person())
    for name, material in (
        ('sunglasses', Material.DARK_GLASS),
        ('medical_mask', Material.CLOTH),
        ('hand', Material.HAND),
    ):
        solid = fit_occluder(head, shape, shape, Scene(occluder=name))
        assert solid is not None and material in solid.materials
    assert fit_occluder(head, shape, shape, Scene()) is None
    assert fit_occluder(head, shape, shape, Scene(occluder='bar')) is None


def test_an_unknown_occluder_is_refused(head: Head) -> None:
    with pytest.raises(ValueError, match='balloon'):
        fit_occluder(head, head.vertices, head.vertices, Scene(occluder='balloon'))


def test_masks_have_several_colors() -> None:
    assert len({mask_color(seed) for seed in range(40)}) == 4
