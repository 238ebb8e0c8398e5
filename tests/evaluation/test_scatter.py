import numpy as np
import pytest

from mmfer.evaluation import scatter_ratio


def traces(features: np.ndarray, labels: np.ndarray) -> float:
    """The two scatter matrices written out, sample by sample."""
    size = features.shape[1]
    within, between = np.zeros((size, size)), np.zeros((size, size))
    for c in set(labels.tolist()):
        members = features[labels == c]
        difference = members.mean(0) - features.mean(0)
        between += len(members) * np.outer(difference, difference)
        for x in members:
            within += np.outer(x - members.mean(0), x - members.mean(0))
    return np.trace(within) / np.trace(between)


def test_a_case_counted_by_hand() -> None:
    # means (1, 0), (5, 0) about (3, 0): within 4 x 1, between 2 x 4 + 2 x 4
    features = np.array([[0, 0], [2, 0], [5, 1], [5, -1]])
    assert scatter_ratio(features, np.array([3, 3, 7, 7])) == pytest.approx(4 / 16)


def test_the_ratio_equals_the_traces_for_unequal_classes() -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(4, 90, p=[0.6, 0.2, 0.1, 0.1])
    features = rng.normal(size=(90, 6)) + 2 * rng.normal(size=(4, 6))[labels]
    expected = traces(features, labels)
    assert scatter_ratio(features, labels) == pytest.approx(expected)
    assert scatter_ratio(7 * features + 100, labels) == pytest.approx(expected)
    assert scatter_ratio(features.astype(np.float32), labels) == pytest.approx(expected, rel=1e-5)


def test_the_ratio_falls_as_classes_become_compact() -> None:
    rng = np.random.default_rng(1)
    labels = np.arange(60) % 3
    means, noise = rng.normal(size=(3, 5))[labels], rng.normal(size=(60, 5))
    ratios = [scatter_ratio(means + spread * noise, labels) for spread in (1, 0.5, 0.1, 0)]
    assert ratios == sorted(ratios, reverse=True) and ratios[-1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ('features', 'labels', 'message'),
    [
        (np.zeros(3), [0, 1, 1], r'give \(N, D\) and \(N,\)'),
        (np.zeros((3, 2)), [0, 1], r'labels \(2,\)'),
        (np.zeros((0, 2)), [], 'at least one sample'),
        (np.arange(6.0).reshape(3, 2), [0, 1, 2], 'Each of the 3 classes has only one sample'),
        (np.array([[0.0], [np.nan]]), [0, 1], 'features of sample 1 are not finite'),
        (np.arange(6.0).reshape(3, 2), [1, 1, 1], 'means of the 1 classes are equal'),
        (np.ones((4, 2)) / 3, [0, 0, 1, 1], 'means of the 2 classes are equal'),
        (np.array([[-1.0], [1], [-1], [1]]), [0, 0, 1, 1], 'are equal'),
    ],
)
def test_features_without_a_ratio_are_refused(
    features: np.ndarray, labels: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        scatter_ratio(features, np.array(labels, dtype=int))
