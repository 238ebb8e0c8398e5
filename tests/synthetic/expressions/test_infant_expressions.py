import numpy as np
import pytest

from mmfer.labels import IFER_CLASSES
from mmfer.synthetic import Head
from mmfer.synthetic.expressions.action_units import face_units
from mmfer.synthetic.expressions.infant_expressions import INFANT_RECIPES
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.presets import PRESETS
from mmfer.synthetic.sampling import sample_expression


def test_the_four_classes_have_a_source():
    assert tuple(INFANT_RECIPES) == IFER_CLASSES
    assert all(len(recipe.source) > 20 for recipe in INFANT_RECIPES.values())


@pytest.mark.parametrize('preset', ['standard', 'hard'])
def test_sleepers_have_closed_lids_at_every_intensity(preset: str):
    layout, label = build_layout('ifer'), IFER_CLASSES.index('sleeping')
    for seed in range(40):
        shown = sample_expression(
            layout, label, PRESETS[preset].conditions, np.random.default_rng(seed)
        )
        if len(shown.distribution) == 1:
            assert face_units(shown.recipe.action_units)['eyeBlinkLeft'] == 1.0


def test_a_cry_opens_the_mouth_and_squeezes_the_eyes(head: Head):
    person = build_layout('ifer').person(np.random.default_rng(0))
    calm = head.shape(person)[head.landmarks]
    cry = head.express(head.shape(person), face_units(INFANT_RECIPES['crying'].action_units))
    cry = cry[head.landmarks]

    def opening(points: np.ndarray, upper: int, lower: int) -> float:
        return float(points[upper, 1] - points[lower, 1])

    assert opening(cry, 62, 66) > 0.15 > 0.01 > opening(calm, 62, 66)
    assert opening(calm, 37, 41) > 0.06 and opening(cry, 37, 41) < 0.01
    assert cry[[21, 22], 1].mean() < calm[[21, 22], 1].mean()
