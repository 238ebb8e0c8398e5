import numpy as np
import pytest
from scipy.stats import rankdata

from mmfer.evaluation.label_noise import (
    confident_learning,
    detection_report,
    mean_rank,
    self_confidence,
)


def test_confidence_and_its_thresholds_by_hand() -> None:
    rng = np.random.default_rng(0)
    probs, labels = rng.dirichlet(np.ones(4), 12), np.arange(12) % 3  # nobody has class 3
    ours = confident_learning(probs, labels)
    for i, y in enumerate(labels):
        thresholds = [np.mean([probs[n, j] for n in range(12) if labels[n] == j]) for j in range(3)]
        others = [probs[i, j] - thresholds[j] for j in range(3) if j != y]
        np.testing.assert_allclose(ours[i], max(others) - (probs[i, y] - thresholds[y]))
        np.testing.assert_allclose(self_confidence(probs, labels)[i], 1 - probs[i, y])
    with pytest.raises(ValueError, match='All labels are the same'):
        confident_learning(probs, np.zeros(12, int))


def test_a_class_of_which_the_model_is_unsure_is_not_suspected() -> None:
    # Of class 1 the model never gives more than 0.4, right or wrong.
    probs = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4], [0.95, 0.05]])
    labels = np.array([0, 0, 1, 1, 1])
    suspicion = confident_learning(probs, labels)
    assert suspicion.argmax() == 4 and (suspicion[2:4] < 0).all()


def test_ranks_are_averaged() -> None:
    a, b = np.array([0.1, 0.5, 0.5, 9.0]), np.array([4.0, 3.0, 2.0, 1.0])
    np.testing.assert_allclose(mean_rank(a, b), (rankdata(a) + rankdata(b)) / 8)


def auroc(scores: np.ndarray, wrong: np.ndarray) -> float:
    pairs = [(s > t) + (s == t) / 2 for s in scores[wrong] for t in scores[~wrong]]
    return 100 * float(np.mean(pairs))


def test_detection_by_hand() -> None:
    rng = np.random.default_rng(1)
    wrong = rng.random(60) < 0.3
    scores = {'good': wrong + rng.normal(size=60), 'chance': rng.normal(size=60)}
    report = detection_report(scores, wrong, 'chance', first=0.1, draws=40)
    for name, values in scores.items():
        np.testing.assert_allclose(report[name]['auroc'], auroc(values, wrong))
        first = sorted(range(60), key=lambda i, values=values: -values[i])[:6]
        np.testing.assert_allclose(report[name]['precision'], 100 * wrong[first].mean())
    gain = auroc(scores['good'], wrong) - auroc(scores['chance'], wrong)
    np.testing.assert_allclose(report['good']['gain'], gain)
    assert 1 < report['good']['gain_error'] < 20
    assert report['chance']['gain'] == report['chance']['gain_error'] == 0


def test_what_cannot_be_judged_stops() -> None:
    scores = {'one': np.arange(4.0)}
    with pytest.raises(ValueError, match='0 of 4 labels are wrong'):
        detection_report(scores, np.zeros(4, bool), 'one')
    with pytest.raises(ValueError, match='No method "two"'):
        detection_report(scores, np.array([True, False, True, False]), 'two')
