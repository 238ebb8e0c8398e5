import pytest

from mmfer.synthetic.expressions.action_units import face_units
from mmfer.synthetic.expressions.basic_expressions import BASIC_RECIPES
from mmfer.synthetic.expressions.basic_variants import BASIC_VARIANTS


def test_every_expression_has_variants_that_differ() -> None:
    assert set(BASIC_VARIANTS) == set(BASIC_RECIPES)
    for name, variants in BASIC_VARIANTS.items():
        shown = [
            (tuple(sorted(recipe.action_units.items())), recipe.gaze, recipe.pitch)
            for recipe in (BASIC_RECIPES[name], *variants)
        ]
        assert len(set(shown)) == len(variants) + 1 >= 4, name


@pytest.mark.parametrize('name', BASIC_VARIANTS)
def test_variants_are_possible_and_have_a_source(name: str) -> None:
    for recipe in BASIC_VARIANTS[name]:
        assert face_units(recipe.action_units)
        assert all(0 < x <= 1.25 for x in recipe.action_units.values())
        assert recipe.source


@pytest.mark.parametrize(
    ('name', 'units'),
    [('happiness', {'12'}), ('surprise', {'5'}), ('fear', {'1', '5'}), ('anger', {'4', '7'})],
)
def test_variants_keep_the_core_of_their_expression(name: str, units: set[str]) -> None:
    for recipe in BASIC_VARIANTS[name]:
        assert units <= set(recipe.action_units)
