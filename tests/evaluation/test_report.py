import json

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    precision_score,
)

from mmfer.evaluation import expression_report, format_report

CLASSES = ('worry', 'panic', 'anger', 'hate')
TREE = {'coarse_classes': ('fear', 'anger'), 'parents': (0, 0, 1, 1)}


def scores_of(predicted: list[int]) -> np.ndarray:
    return np.eye(4)[predicted] * 0.7 + 0.075


def test_a_case_counted_by_hand() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 2])
    predicted = [0, 0, 0, 1, 1, 2, 2, 3, 3, 0]
    report = expression_report(scores_of(predicted), labels, CLASSES, **TREE)
    assert report['accuracy'] == pytest.approx(50)  # 5 of 10
    # recalls 3/4, 1/2, 1/4; "hate" has no sample and is no part of the mean
    assert report['mean_class_accuracy'] == pytest.approx(50)
    assert report['absent_classes'] == ['hate']
    # in the same half: 4 + 1 + 3 of 10
    assert report['coarse_accuracy'] == pytest.approx(80)
    # F1 = 2 hits / (true + predicted): 6/8, 2/4, 2/6
    assert report['macro_f1'] == pytest.approx(100 * (3 / 4 + 1 / 2 + 1 / 3) / 3)
    assert report['per_class']['anger'] == {
        'accuracy': 25,
        'precision': 50,
        'f1': pytest.approx(100 / 3),
        'count': 4,
    }
    assert report['per_class']['hate']['accuracy'] is None
    assert report['confusion_matrix'] == [[3, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 2], [0, 0, 0, 0]]
    assert report['chance'] == {'accuracy': 25, 'mean_class_accuracy': 25, 'coarse_accuracy': 50}
    assert report['num_samples'] == 10


def test_it_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 300)
    scores = rng.dirichlet(np.ones(6), 300) + 0.3 * np.eye(6)[labels]
    names = tuple('abcdef')
    report = expression_report(scores, labels, names)
    predicted = scores.argmax(1)
    assert report['accuracy'] == pytest.approx(100 * accuracy_score(labels, predicted))
    occurring = list(range(5))
    with pytest.warns(UserWarning, match='y_pred contains classes not in y_true'):
        balanced = balanced_accuracy_score(labels, predicted)
    assert report['mean_class_accuracy'] == pytest.approx(100 * balanced)
    f1 = f1_score(labels, predicted, labels=occurring, average='macro')
    assert report['macro_f1'] == pytest.approx(100 * f1)
    precision = precision_score(labels, predicted, labels=[0, 1, 2, 3, 4, 5], average=None)
    for name, value in zip(names, precision, strict=True):
        assert report['per_class'][name]['precision'] == pytest.approx(100 * value)
    matrix = confusion_matrix(labels, predicted, labels=range(6))
    assert report['confusion_matrix'] == matrix.tolist()
    assert report['absent_classes'] == ['f']
    assert 'coarse_accuracy' not in report


def test_the_coarse_class_by_sum_or_by_the_best_fine_class() -> None:
    scores = np.array([[0.4, 0.0, 0.35, 0.25]])
    labels = np.array([3])
    by_best = expression_report(scores, labels, CLASSES, **TREE)
    by_sum = expression_report(scores, labels, CLASSES, **TREE, coarse='sum')
    assert (by_best['coarse_accuracy'], by_sum['coarse_accuracy']) == (0, 100)


def test_coarse_chance_is_that_of_guessing_fine_classes() -> None:
    labels = np.array([0] * 6 + [3] * 2)
    report = expression_report(scores_of([0] * 8), labels, CLASSES, ('fear', 'anger'), (0, 0, 0, 1))
    assert report['chance']['coarse_accuracy'] == pytest.approx(100 * (6 * 0.75 + 2 * 0.25) / 8)


def test_the_table_shows_all_and_names_what_is_absent() -> None:
    report = expression_report(scores_of([0, 1, 1]), np.array([0, 1, 2]), CLASSES, **TREE)
    table = format_report(report)
    for text in ('worry', '100.00', 'hate', 'accuracy', '66.67', '(chance 25.00)', 'coarse'):
        assert text in table
    assert table.splitlines()[-1] == 'No sample, hence not part of the means: hate'


def test_it_is_ready_for_json() -> None:
    report = expression_report(
        scores_of([0, 1, 1]).astype(np.float32), np.array([0, 1, 2]), CLASSES, **TREE
    )
    assert json.loads(json.dumps(report)) == report


@pytest.mark.parametrize(
    ('scores', 'labels', 'options', 'message'),
    [
        (np.ones((2, 3)), [0, 1], {}, 'Does the head have as many outputs'),
        (np.ones((0, 4)), [], {}, 'at least one sample'),
        (np.ones((2, 4)), [0, 4], {}, 'label 4 of sample 1 is not one of 0 to 3'),
        (np.ones((2, 4)), [0, -1], {}, 'label -1 of sample 1'),
        (np.full((2, 4), np.nan), [0, 1], {}, 'scores of sample 0 are not finite'),
        (np.ones((2, 4)), [0, 1], {'coarse': 'mean'}, "choose 'argmax' or 'sum'"),
    ],
)
def test_what_does_not_fit_stops(
    scores: np.ndarray, labels: list[int], options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        expression_report(scores, np.array(labels, dtype=int), CLASSES, **options)
