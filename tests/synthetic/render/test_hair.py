import numpy as np
import pytest

from mmfer.synthetic import Head, Person
from mmfer.synthetic.render.camera import Pose
from mmfer.synthetic.render.hair import HairCutter, hairline


@pytest.fixture(scope='module')
def cutter(head: Head) -> HairCutter:
    return HairCutter(head)


def visible_rest(cutter: HairCutter, style: str, seed: int = 3) -> np.ndarray:
    person = Person(hair_style=style, seed=seed)
    hair = cutter.cut(person, cutter.head.shape(person))
    assert hair is not None
    return hair.rest[hair.texture[:, 2] > 0]


def test_lengths_of_styles_match_their_names(cutter: HairCutter) -> None:
    short, bob, long = (visible_rest(cutter, s)[:, 1].min() for s in ('short', 'bob', 'long'))
    assert short > 6.4
    assert 5.9 < bob < 6.6
    assert long < 5.7


@pytest.mark.parametrize('style', ['bald', 'buzz'])
def test_some_styles_have_no_volume(cutter: HairCutter, style: str) -> None:
    person = Person(hair_style=style)
    assert cutter.cut(person, cutter.head.shape(person)) is None


@pytest.mark.parametrize('style', ['short', 'bob', 'long'])
def test_no_style_covers_eyes_nose_or_mouth(cutter: HairCutter, style: str) -> None:
    for seed in range(6):
        rest = visible_rest(cutter, style, seed)
        face = (rest[:, 2] > 0.95) & (np.abs(rest[:, 0]) < 0.45) & (rest[:, 1] < 7.5)
        assert not face.any()


def test_more_volume_is_thicker(cutter: HairCutter, head: Head) -> None:
    shape = head.shape(Person())
    tops = []
    for volume in (0.05, 0.3):
        hair = cutter.cut(Person(hair_volume=volume), shape)
        assert hair is not None
        tops.append(hair.points[:, 1].max())
    assert tops[1] - tops[0] > 0.1


def test_the_outside_faces_outwards(cutter: HairCutter, head: Head) -> None:
    person = Person(hair_style='short')
    hair = cutter.cut(person, head.shape(person))
    assert hair is not None
    center = np.float32([0, 7.5, 0.3])
    outer, inner = hair.surfaces(Pose.of(0, 0, 0, center, center))
    assert np.einsum('ij,ij->i', outer.normals, outer.points).mean() > 0.3
    assert 0 < len(inner.triangles) < len(outer.triangles)


def test_the_hairline_divides_forehead_and_scalp() -> None:
    forehead, scalp, cheek = hairline(np.array([[0, 7.8, 1.4], [0, 8.4, 0.5], [0.6, 7.0, 0.9]]))
    assert forehead < 0 < scalp and cheek < 0


def test_an_unknown_style_is_refused(cutter: HairCutter, head: Head) -> None:
    with pytest.raises(ValueError, match='mohawk'):
        cutter.cut(Person(hair_style='mohawk'), head.vertices)


def test_a_fringe_covers_the_forehead_on_request(cutter: HairCutter) -> None:
    for seed in range(4):
        reach = {}
        for fringe in (False, True):
            person = Person(hair_style='long', seed=seed, fringe=fringe)
            hair = cutter.cut(person, cutter.head.shape(person))
            assert hair is not None
            shown = hair.rest[hair.texture[:, 2] > 0]
            reach[fringe] = shown[(shown[:, 2] > 1.0) & (np.abs(shown[:, 0]) < 0.3), 1].min()
        assert reach[True] < reach[False] - 0.1
