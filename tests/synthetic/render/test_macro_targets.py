import pytest

from mmfer.synthetic import Head, Person
from mmfer.synthetic.render.macro_targets import AGES, blend, macro_targets


def test_blend_is_linear_between_anchors() -> None:
    assert dict(blend(0.25, AGES)) == pytest.approx({'child': 0.8, 'young': 0.2})
    assert dict(blend(1.7, AGES))['old'] == 1
    assert dict(blend(-1, AGES))['baby'] == 1


@pytest.mark.parametrize('person', [Person(), Person(0.3, 0.8, (0.2, 0.5, 0.3), 0.9, 0.1)])
def test_each_family_sums_to_one_and_is_in_the_pack(person: Person, head: Head) -> None:
    targets = macro_targets(person)
    universal = {name: w for name, w in targets.items() if 'universal' in name}
    assert sum(universal.values()) == pytest.approx(1)
    assert sum(targets.values()) == pytest.approx(2)
    head.shape(person)


def test_shares_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(ValueError, match='ethnicity'):
        macro_targets(Person(ethnicity=(1, 1, 0)))
