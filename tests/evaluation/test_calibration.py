import numpy as np
import pytest

from mmfer.evaluation import expected_calibration_error


def by_the_formula(probabilities: np.ndarray, outcomes: np.ndarray, bins: int) -> float:
    """sum_b |B_b| / N |acc(B_b) - conf(B_b)|, bin by bin."""
    error = 0.0
    for b in range(bins):
        inside = (probabilities > b / bins) & (probabilities <= (b + 1) / bins)
        if b == 0:
            inside |= probabilities == 0
        if inside.any():
            gap = outcomes[inside].mean() - probabilities[inside].mean()
            error += inside.sum() / len(outcomes) * abs(gap)
    return 100 * error


def test_a_case_counted_by_hand() -> None:
    # bins (0.2, 0.4], (0.6, 0.8] and (0.8, 1]: |0 - 0.3|, |1/2 - 0.7|, |1 - 0.95| of 1, 2 and 2
    probabilities = np.array([0.3, 0.7, 0.7, 0.9, 1.0])
    outcomes = np.array([False, True, False, True, True])
    error = expected_calibration_error(probabilities, outcomes, bins=5)
    assert error == pytest.approx(100 * (1 * 0.3 + 2 * 0.2 + 2 * 0.05) / 5)


@pytest.mark.parametrize('bins', [1, 7, 15])
def test_the_error_equals_the_formula(bins: int) -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.beta(2, 1, 500)
    outcomes = rng.random(500) < probabilities**2
    expected = by_the_formula(probabilities, outcomes, bins)
    assert expected > 5
    assert expected_calibration_error(probabilities, outcomes, bins) == pytest.approx(expected)


def test_the_default_has_fifteen_bins() -> None:
    rng = np.random.default_rng(1)
    probabilities, outcomes = rng.random(300), rng.random(300) < 0.5
    expected = by_the_formula(probabilities, outcomes, 15)
    assert expected_calibration_error(probabilities, outcomes) == pytest.approx(expected)


def test_zero_and_one_are_in_the_outer_bins() -> None:
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([True, False])) == 100


def test_a_border_is_in_the_bin_below() -> None:
    error = expected_calibration_error(np.array([0.5, 0.75]), np.array([False, True]), bins=2)
    assert error == pytest.approx(100 * (0.5 + 0.25) / 2)


@pytest.mark.parametrize(
    ('probabilities', 'outcomes', 'bins', 'message'),
    [
        ([0.5], [True], 0, 'in 0 bins'),
        ([0.5, 0.5], [True], 15, r'outcomes \(1,\)'),
        ([], [], 15, 'at least one sample'),
        ([1.5], [True], 15, 'outside 0 to 1'),
        ([np.nan], [True], 15, 'outside 0 to 1'),
    ],
)
def test_wrong_shapes_and_values_are_refused(
    probabilities: list[float], outcomes: list[bool], bins: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        expected_calibration_error(np.array(probabilities), np.array(outcomes, bool), bins)
