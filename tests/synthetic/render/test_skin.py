import numpy as np
import pytest

from mmfer.synthetic import Head, Person
from mmfer.synthetic.render.cylindrical_chart import Chart, locate
from mmfer.synthetic.render.scene import BEARD_STYLES
from mmfer.synthetic.render.skin import SkinPainter, fold_depths, noise


@pytest.fixture(scope='module')
def painter(head: Head) -> SkinPainter:
    return SkinPainter(Chart(head))


def texel(point: tuple[float, float, float]) -> tuple[int, int]:
    column, row = locate(np.array([point]))
    return int(round(float(row[0]))), int(round(float(column[0])))


def test_the_same_person_has_the_same_skin(painter: SkinPainter) -> None:
    first, second = (painter.paint(Person(seed=4)) for _ in range(2))
    np.testing.assert_array_equal(first.paint, second.paint)
    assert np.abs(painter.paint(Person(seed=5)).paint - first.paint).max() > 0.01


def test_the_mean_color_of_the_cheek_is_near_the_skin(painter: SkinPainter) -> None:
    skin = (0.6, 0.4, 0.3)
    paint = painter.paint(Person(skin=skin, blush=0)).paint
    row, column = texel((0.6, 7.0, 1.0))
    cheek = paint[row - 15 : row + 15, column - 15 : column + 15, :3].mean((0, 1))
    np.testing.assert_allclose(cheek, skin, rtol=0.12)


def test_brows_beard_and_scalp_are_hairy(painter: SkinPainter) -> None:
    person = Person(hair=(0, 0, 0), beard=1.0, brow_opacity=1.0, hair_style='buzz')
    hair = painter.paint(person).paint[..., 3]
    for point in ((0.3, 7.46, 1.4), (0.3, 6.4, 1.2), (0.0, 8.4, 0.3)):
        row, column = texel(point)
        assert hair[row - 2 : row + 3, column - 2 : column + 3].mean() > 0.4
    row, column = texel((0.5, 6.95, 1.2))
    assert hair[row, column] < 0.2
    assert painter.paint(Person(hair_style='bald')).paint[:40, ..., 3].max() == 0


def test_folds_deepen_with_age_and_expression() -> None:
    smile = {'mouthSmileLeft': 1.0, 'mouthSmileRight': 1.0}
    calm = fold_depths(Person(wrinkles=0), {})
    assert not any(calm.values())
    young, old = (fold_depths(p, smile) for p in (Person(), Person(age=0.9, wrinkles=1)))
    assert 0 < young['nasolabial'] < old['nasolabial']
    assert young['forehead'] == 0


def test_noise_has_unit_deviation() -> None:
    assert noise(np.random.default_rng(0), 3).std() == pytest.approx(1, abs=1e-4)


def test_beards_grow_where_their_style_says(painter: SkinPainter) -> None:
    spots = {'cheek': (0.62, 6.6, 1.0), 'chin': (0.05, 6.4, 1.3), 'lip': (0.1, 6.8, 1.4)}
    expected = {
        'full': {'cheek', 'chin', 'lip'},
        'goatee': {'chin'},
        'mustache': {'lip'},
        'circle': {'chin', 'lip'},
    }
    for style in BEARD_STYLES:
        paint = painter.paint(Person(beard=1.0, beard_style=style, hair_style='bald')).paint
        hairy = set()
        for name, point in spots.items():
            row, column = texel(point)
            share = paint[row - 2 : row + 3, column - 2 : column + 3, 3].mean()
            if share > 0.3:
                hairy.add(name)
        assert hairy == expected[style]


def test_an_unknown_beard_is_refused(painter: SkinPainter) -> None:
    with pytest.raises(ValueError, match='beard_style is "braid"'):
        painter.paint(Person(beard_style='braid'))
