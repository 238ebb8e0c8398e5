from functools import partial
from math import comb

import numpy as np
import pytest
from scipy import stats

from mmfer.evaluation.statistics.bootstrap import Judge, bootstrap_draws
from mmfer.evaluation.statistics.paired_test import Difference, mcnemar_exact, paired_bootstrap


def test_mcnemar_is_the_two_sided_binomial_test():
    first = np.array([True] * 9 + [False] * 2 + [True] * 30)
    second = np.array([False] * 9 + [True] * 2 + [True] * 30)
    found = mcnemar_exact(first, second)
    assert (found.only_first, found.only_second) == (9, 2)
    assert found.p_value == pytest.approx(2 * sum(comb(11, k) for k in range(3)) / 2**11)


def test_models_that_are_right_on_the_same_images_do_not_differ():
    right = np.array([True, False, True])
    assert mcnemar_exact(right, right).p_value == 1


def test_the_images_must_be_the_same():
    with pytest.raises(ValueError, match='2 and 3 images'):
        mcnemar_exact(np.ones(2, bool), np.ones(3, bool))


def judges(*answers: np.ndarray) -> list[Judge]:
    def judge(right: np.ndarray, index: np.ndarray) -> dict[str, float | None]:
        return {'accuracy': float(right[index].mean())}

    return [partial(judge, right) for right in answers]


def test_the_paired_bootstrap_agrees_with_scipy():
    rng = np.random.default_rng(0)
    first = rng.random(300) < 0.6
    second = np.where(rng.random(300) < 0.2, rng.random(300) < 0.9, first)
    found = paired_bootstrap(*judges(first, second), bootstrap_draws(300, draws=3000), 300)
    change = second.astype(float) - first
    expected = stats.bootstrap((change,), np.mean, n_resamples=3000, method='percentile', rng=2)
    np.testing.assert_allclose(found['accuracy'].interval, expected.confidence_interval, atol=0.006)
    assert found['accuracy'].difference == pytest.approx(change.mean())
    # a normal approximation of the same p-value
    error = change.std(ddof=1) / np.sqrt(300)
    normal = 2 * stats.norm.sf(abs(change.mean() / error))
    assert found['accuracy'].p_value == pytest.approx(normal, abs=0.02)


def test_p_values_are_neither_0_nor_above_1():
    worse, better = np.zeros(50, bool), np.ones(50, bool)
    draws = list(bootstrap_draws(50, draws=99))
    clear = paired_bootstrap(*judges(worse, better), iter(draws), 50)['accuracy']
    assert clear.p_value == pytest.approx(2 / 100)
    equal = paired_bootstrap(*judges(better, better), iter(draws), 50)['accuracy']
    assert (equal.p_value, equal.interval) == (1, (0, 0))


def test_an_undefined_measure_has_no_difference():
    found = paired_bootstrap(
        lambda index: {'auc': None}, lambda index: {'auc': 1.0}, bootstrap_draws(5, draws=9), 5
    )
    assert found == {'auc': Difference(None, 1.0, None, None)}
    assert found['auc'].difference is None


def test_only_measures_of_both_are_compared():
    draws = bootstrap_draws(4, draws=9)
    first, second = (lambda _: {'a': 1.0, 'b': 2.0}), (lambda _: {'b': 3.0, 'c': 4.0})
    assert list(paired_bootstrap(first, second, draws, 4)) == ['b']
