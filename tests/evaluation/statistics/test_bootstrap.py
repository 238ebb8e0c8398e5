import numpy as np
import pytest
from scipy import stats

from mmfer.evaluation.statistics.bootstrap import (
    bootstrap_draws,
    bootstrap_intervals,
    percentile_interval,
)

RIGHT = np.random.default_rng(3).random(200) < 0.7


def judge(index: np.ndarray) -> dict[str, float | None]:
    return {'accuracy': float(RIGHT[index].mean())}


def test_the_interval_agrees_with_scipy():
    found = bootstrap_intervals(judge, bootstrap_draws(200, draws=4000))['accuracy']
    expected = stats.bootstrap(
        (RIGHT.astype(float),), np.mean, n_resamples=4000, method='percentile', rng=1
    ).confidence_interval
    np.testing.assert_allclose(found, expected, atol=0.006)
    assert found == bootstrap_intervals(judge, bootstrap_draws(200, draws=4000))['accuracy']


def test_persons_are_drawn_with_all_their_images():
    persons = ['a', 'a', 'b', 'b', 'b', None, None]
    sizes = set()
    for index in bootstrap_draws(7, persons, draws=50):
        counts = np.bincount(index, minlength=7)
        # two persons and two images of unknown persons
        assert counts[0] == counts[1]
        assert counts[2] == counts[3] == counts[4]
        assert (
            counts[:2].max() + counts[2:5].max() + counts[5:].sum() == 4
        )  # two persons, two alone
        sizes.add(len(index))
    assert len(sizes) > 1


def test_images_of_one_person_widen_the_interval():
    right = np.repeat(np.random.default_rng(0).random(20) < 0.6, 10)
    persons = [str(i // 10) for i in range(200)]

    def width(people: list[str] | None) -> float:
        def accuracy(index: np.ndarray) -> dict[str, float | None]:
            return {'accuracy': float(right[index].mean())}

        found = bootstrap_intervals(accuracy, bootstrap_draws(200, people))['accuracy']
        return found[1] - found[0]

    # each person is right on all images or on none: the width grows by the root of 10
    assert width(persons) == pytest.approx(width(None) * np.sqrt(10), rel=0.15)


def test_measures_undefined_in_too_many_draws_have_no_interval():
    assert percentile_interval([1.0] * 94 + [None] * 6) is None
    assert percentile_interval([1.0] * 95 + [None] * 5) == (1.0, 1.0)
    assert percentile_interval([]) is None


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        ((0,), '1000 bootstrap draws of 0 samples'),
        ((3, None, 0), '0 bootstrap draws of 3 samples'),
        ((3, ['a']), '1 persons for 3 samples'),
    ],
)
def test_impossible_draws_are_refused(arguments: tuple, said: str):
    with pytest.raises(ValueError, match=said):
        next(bootstrap_draws(*arguments))


def test_an_impossible_level_is_refused():
    with pytest.raises(ValueError, match='level=95'):
        percentile_interval([1.0], 95)
