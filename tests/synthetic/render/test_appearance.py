import numpy as np

from mmfer.synthetic import Head, Person
from mmfer.synthetic.render.appearance import LookBook


def test_looks_are_cached_by_value(head: Head) -> None:
    looks = LookBook(head)
    details = {'nose/nose-hump-incr': 0.3, 'chin/chin-width-incr': 0.2}
    first = looks[Person(details=details)]
    assert looks[Person(details=dict(reversed(details.items())))] is first
    assert looks[Person(details=details, glasses=True)] is not first


def test_a_look_measures_the_head(head: Head) -> None:
    looks = LookBook(head)
    look = looks[Person(hair_style='long')]
    assert 2.0 < look.height < 2.6
    assert look.pivot[1] < look.center[1] < look.shape[:, 1].max()
    assert look.hair is not None and look.glasses is None
    assert looks[Person(glasses=True)].glasses is not None
    assert np.isfinite(look.hair.points).all()
