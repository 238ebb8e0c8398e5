import pytest

from mmfer.labels import RAFDB_CLASSES
from mmfer.synthetic.expressions.action_units import face_units
from mmfer.synthetic.expressions.basic_expressions import BASIC_RECIPES, Recipe, blended

A = Recipe({'L12': 0.8, '4': 0.2}, gaze=(0.5, 0.1), yaw=4, pitch=-2, roll=6, source='a')
B = Recipe({'4': 0.6, '1': 1.0}, gaze=(-0.5, 0.3), yaw=0, pitch=2, roll=0, source='b')


def test_a_recipe_for_each_class_of_rafdb():
    assert set(RAFDB_CLASSES) | {'contempt'} == set(BASIC_RECIPES)


@pytest.mark.parametrize('name', BASIC_RECIPES)
def test_recipes_are_possible_and_have_a_source(name):
    recipe = BASIC_RECIPES[name]
    assert face_units(recipe.action_units) or name == 'neutral'
    assert all(0 < x <= 1.25 for x in recipe.action_units.values())
    assert recipe.source


def test_mirroring():
    other = A.mirrored()
    assert other.action_units == {'R12': 0.8, '4': 0.2}
    assert (other.gaze, other.yaw, other.pitch, other.roll) == ((-0.5, 0.1), -4, -2, -6)
    assert other.mirrored() == A


def test_blending_is_linear():
    mixed = blended(A, B, 0.25)
    assert mixed.action_units == pytest.approx({'L12': 0.6, '4': 0.3, '1': 0.25})
    assert mixed.gaze == pytest.approx((0.25, 0.15))
    assert (mixed.yaw, mixed.pitch, mixed.roll) == pytest.approx((3, -1, 4.5))


def test_a_blend_of_weight_zero_is_the_first():
    mixed = blended(A, B, 0.0)
    assert {k: v for k, v in mixed.action_units.items() if v} == A.action_units
    assert mixed.gaze == A.gaze
