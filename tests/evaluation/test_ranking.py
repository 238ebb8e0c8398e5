import numpy as np
import pytest

from mmfer.evaluation.ranking import area_under_curve, average_precision, mean_of_defined


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(0)
    scores, present = rng.integers(0, 10, 60) / 10, rng.random(60) < 0.3
    above = scores[present][:, None] - scores[~present][None]
    share = ((above > 0) + 0.5 * (above == 0)).mean()
    assert area_under_curve(scores, present) == pytest.approx(100 * share)


def test_average_precision_is_the_mean_precision_at_each_positive() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    present = np.array([True, False, True, False, True])
    assert average_precision(scores, present) == pytest.approx(100 * (1 + 2 / 3 + 3 / 5) / 3)


@pytest.mark.parametrize('present', [True, False])
def test_a_single_value_has_no_curve(present: bool) -> None:
    scores, values = np.array([0.1, 0.9]), np.full(2, present)
    assert area_under_curve(scores, values) is None
    assert average_precision(scores, values) is None


def test_the_mean_covers_defined_values() -> None:
    assert mean_of_defined([0.0, None, 3.0]) == 1.5
    assert mean_of_defined([None]) is None
