from itertools import combinations

import numpy as np
import pytest

from mmfer.labels import LabelTree
from mmfer.synthetic.expressions.action_units import face_units, gaze_units
from mmfer.synthetic.expressions.fine_expressions import FINE_RECIPES

TREE = LabelTree.load('fgemotions')


def _vector(name):
    """A recipe as one vector of face units and of pose in units of 15 degrees."""
    recipe = FINE_RECIPES[name]
    weights = face_units(recipe.action_units) | gaze_units(*recipe.gaze)
    weights |= {'yaw': recipe.yaw / 15, 'pitch': recipe.pitch / 15, 'roll': recipe.roll / 15}
    return weights


def _distance(a, b):
    first, second = _vector(a), _vector(b)
    return np.sqrt(
        sum((first.get(k, 0) - second.get(k, 0)) ** 2 for k in first.keys() | second.keys())
    )


def test_a_recipe_for_each_fine_class_in_order():
    assert tuple(FINE_RECIPES) == TREE.fine


@pytest.mark.parametrize('name', FINE_RECIPES)
def test_recipes_are_possible_and_have_a_source(name):
    recipe = FINE_RECIPES[name]
    assert face_units(recipe.action_units)
    assert all(0 < x <= 1.25 for x in recipe.action_units.values())
    assert len(recipe.source) > 20


def test_no_two_classes_look_alike():
    closest = min(combinations(TREE.fine, 2), key=lambda pair: _distance(*pair))
    assert _distance(*closest) > 0.6, closest


def test_classes_of_one_coarse_class_are_nearer_to_each_other():
    within, across = [], []
    for (i, a), (j, b) in combinations(enumerate(TREE.fine), 2):
        (within if TREE.parents[i] == TREE.parents[j] else across).append(_distance(a, b))
    assert np.mean(within) < 0.95 * np.mean(across)
