import numpy as np
import pytest
from scipy.stats import entropy

from mmfer.evaluation.votes import vote_shares, votes_report

VOTES = np.array(
    [[10, 0, 0, 0], [6, 4, 0, 0], [5, 1, 4, 0], [4, 3, 3, 0], [3, 3, 2, 2], [9, 1, 0, 0]]
)


def test_single_votes_do_not_count() -> None:
    np.testing.assert_allclose(vote_shares(VOTES)[2], [5 / 9, 0, 4 / 9, 0])
    np.testing.assert_allclose(vote_shares(VOTES)[5], [1, 0, 0, 0])
    with pytest.raises(ValueError, match='two votes in sample 1'):
        vote_shares(np.array([[2, 0], [1, 1]]))


def test_measures_by_hand() -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(3), 6)
    labels = np.array([0, 0, 0, 0, 1, 0])
    report = votes_report(scores, labels, VOTES, divided=0.5)
    shares = [[1, 0, 0], [0.6, 0.4, 0], [5 / 9, 0, 4 / 9], [0.4, 0.3, 0.3], [3 / 8, 3 / 8, 2 / 8]]
    shares.append([1, 0, 0])
    divergence = [entropy(v, p) for v, p in zip(shares, scores, strict=True)]
    np.testing.assert_allclose(report['kl_votes'], np.mean(divergence))
    divided = sorted(range(6), key=lambda i: -entropy(shares[i]))[:3]
    hits = [scores[i].argmax() == labels[i] for i in divided]
    np.testing.assert_allclose(report['divided_accuracy'], 100 * np.mean(hits))
    assert report['divided_count'] == 3
    np.testing.assert_allclose(report['divided_entropy'], entropy(shares[divided[-1]]))


def test_equally_divided_images_all_count() -> None:
    votes = np.tile([[6, 4]], (8, 1))
    report = votes_report(np.tile([[0.9, 0.1]], (8, 1)), np.zeros(8, int), votes, divided=0.25)
    assert report['divided_count'] == 8 and report['divided_accuracy'] == 100


def test_a_prediction_equal_to_the_votes_has_no_divergence_and_zero_has_a_finite_one() -> None:
    votes = np.array([[6, 4], [10, 0]])
    labels = np.array([0, 0])
    assert votes_report(np.array([[0.6, 0.4], [1, 0]]), labels, votes)['kl_votes'] == 0
    wrong = votes_report(np.array([[0.0, 1.0], [0.0, 1.0]]), labels, votes)
    assert 10 < wrong['kl_votes'] < 20


def test_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match='do not fit 2 labels and 3 classes'):
        votes_report(np.ones((2, 3)) / 3, np.array([0, 1]), np.ones((2, 2)))
