import json

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    precision_score,
    roc_auc_score,
)

from mmfer.evaluation import expected_calibration_error, expression_report

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
    # of 4 x 6 pairs: 5 right and a tie for the one seen as anger, 3 x 5 ties for the others
    assert report['per_class']['anger'] == {
        'accuracy': 25,
        'precision': 50,
        'f1': pytest.approx(100 / 3),
        'auc': pytest.approx(100 * (5 + 1 / 2 + 15 / 2) / 24),
        'count': 4,
    }
    assert report['per_class']['hate']['accuracy'] is None
    assert report['confusion_matrix'] == [[3, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 2], [0, 0, 0, 0]]
    assert report['chance'] == {'accuracy': 25, 'mean_class_accuracy': 25, 'coarse_accuracy': 50}
    assert report['num_samples'] == 10


def test_the_report_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 300)
    scores = 0.7 * rng.dirichlet(np.ones(6), 300) + 0.3 * np.eye(6)[labels]
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
    auc = [roc_auc_score(labels == c, scores[:, c]) for c in occurring]
    assert report['auc'] == pytest.approx(100 * np.mean(auc))
    assert report['per_class']['b']['auc'] == pytest.approx(100 * auc[1])
    assert report['classes_without_auc'] == ['f']
    ece = expected_calibration_error(scores.max(1), predicted == labels)
    assert report['ece'] == pytest.approx(ece)
    matrix = confusion_matrix(labels, predicted, labels=range(6))
    assert report['confusion_matrix'] == matrix.tolist()
    assert report['absent_classes'] == ['f']
    assert 'coarse_accuracy' not in report


def test_macro_auc_equals_scikit_learn_if_every_class_occurs() -> None:
    rng = np.random.default_rng(1)
    labels = rng.permutation(np.arange(200) % 4)
    scores = 0.8 * rng.dirichlet(np.ones(4), 200) + 0.2 * np.eye(4)[labels]
    expected = roc_auc_score(labels, scores, multi_class='ovr', average='macro')
    assert expression_report(scores, labels, CLASSES)['auc'] == pytest.approx(100 * expected)


def test_labels_of_one_class_have_no_curve() -> None:
    report = expression_report(scores_of([0, 1]), np.array([1, 1]), CLASSES)
    assert report['auc'] is None and report['classes_without_auc'] == list(CLASSES)
    assert report['absent_classes'] == ['worry', 'anger', 'hate']
    assert (report['accuracy'], report['mean_class_accuracy']) == (50, 50)


def test_the_bins_of_the_calibration_error_are_an_option() -> None:
    rng = np.random.default_rng(2)
    scores, labels = rng.dirichlet(np.ones(4), 50), rng.integers(0, 4, 50)
    for bins in (3, 15):
        report = expression_report(scores, labels, CLASSES, calibration_bins=bins)
        right = scores.argmax(1) == labels
        ece = expected_calibration_error(scores.max(1), right, bins)
        assert report['ece'] == pytest.approx(ece)


def test_the_report_of_a_group_equals_the_report_of_its_samples() -> None:
    rng = np.random.default_rng(3)
    labels = np.concatenate([np.arange(60) % 4, np.arange(30) % 3, [3] * 10])
    scores = 0.8 * rng.dirichlet(np.ones(4), 100) + 0.2 * np.eye(4)[labels]
    races = ['asian'] * 60 + ['caucasian'] * 30 + ['african-american'] * 10
    groups = [{'race': race} for race in races]
    report = expression_report(scores, labels, CLASSES, **TREE, groups=groups, min_group=30)
    race = report['groups']['race']
    for value, part in (('asian', slice(60)), ('caucasian', slice(60, 90))):
        alone = expression_report(scores[part], labels[part], CLASSES, **TREE)
        row = dict(race['values'][value])
        assert row.pop('count') == alone['num_samples']
        assert row == {name: alone[name] for name in row}
        assert {'accuracy', 'mean_class_accuracy', 'macro_f1', 'auc', 'ece'} < set(row)
    assert race['values']['caucasian']['absent_classes'] == ['hate']
    # of one class: a row without an area, too small for the gaps
    small = race['values']['african-american']
    assert small['auc'] is None and small['classes_without_auc'] == list(CLASSES)
    assert race['small'] == ['african-american']
    reached = [race['values'][v]['accuracy'] for v in ('asian', 'caucasian')]
    assert race['gaps']['accuracy']['gap'] == pytest.approx(abs(reached[0] - reached[1]))
    assert set(race['gaps']) == {
        'accuracy',
        'mean_class_accuracy',
        'macro_f1',
        'auc',
        'ece',
        'coarse_accuracy',
    }


def test_the_coarse_class_is_chosen_by_sum_or_by_the_best_fine_class() -> None:
    scores = np.array([[0.4, 0.0, 0.35, 0.25]])
    labels = np.array([3])
    by_best = expression_report(scores, labels, CLASSES, **TREE)
    by_sum = expression_report(scores, labels, CLASSES, **TREE, coarse='sum')
    assert (by_best['coarse_accuracy'], by_sum['coarse_accuracy']) == (0, 100)


def test_coarse_chance_is_that_of_guessing_fine_classes() -> None:
    labels = np.array([0] * 6 + [3] * 2)
    report = expression_report(scores_of([0] * 8), labels, CLASSES, ('fear', 'anger'), (0, 0, 0, 1))
    assert report['chance']['coarse_accuracy'] == pytest.approx(100 * (6 * 0.75 + 2 * 0.25) / 8)


def test_the_report_can_be_written_as_json() -> None:
    report = expression_report(
        scores_of([0, 1, 1]).astype(np.float32),
        np.array([0, 1, 2]),
        CLASSES,
        **TREE,
        groups=[{'age': '4-19'}] * 3,
    )
    assert json.loads(json.dumps(report)) == report


@pytest.mark.parametrize(
    ('scores', 'labels', 'options', 'message'),
    [
        (np.ones((2, 3)), [0, 1], {}, 'num_classes of the head is the number of classes'),
        (np.ones((0, 4)), [], {}, 'at least one sample'),
        (np.ones((2, 4)), [0, 4], {}, 'label 4 of sample 1 is not one of 0 to 3'),
        (np.ones((2, 4)), [0, -1], {}, 'label -1 of sample 1'),
        (np.full((2, 4), np.nan), [0, 1], {}, 'scores of sample 0 are not finite'),
        (np.full((2, 4), 2.0), [0, 1], {}, 'scores of sample 0 lie outside 0 to 1'),
        (np.ones((2, 4)), [0, 1], {'coarse': 'mean'}, "choose 'argmax' or 'sum'"),
        (np.ones((2, 4)), [0, 1], {'groups': [None]}, '1 groups for 2 samples'),
        (np.ones((2, 4)), [0, 1], {'groups': ['male', None]}, "group of sample 0 is 'male'"),
        (np.ones((2, 4)), [0, 1], {'min_group': 0}, 'min_group=0'),
        (np.ones((2, 4)), [0, 1], {'calibration_bins': 0}, 'in 0 bins'),
    ],
)
def test_wrong_shapes_and_values_are_refused(
    scores: np.ndarray, labels: list[int], options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        expression_report(scores, np.array(labels, dtype=int), CLASSES, **options)
