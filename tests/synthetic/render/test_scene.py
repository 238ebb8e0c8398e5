import dataclasses

import pytest

from mmfer.synthetic import Person, Scene


@pytest.mark.parametrize('thing', [Person(), Scene()])
def test_people_and_scenes_do_not_change(thing: Person | Scene) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        thing.seed = 3  # type: ignore[misc]


def test_defaults_do_not_share_their_dictionaries() -> None:
    assert Person().details is not Person().details
    assert Scene().face_units is not Scene().face_units
