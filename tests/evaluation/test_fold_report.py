import numpy as np
import pytest

from mmfer.evaluation import (
    Fold,
    Predictions,
    expression_report,
    fold_report,
    fold_tables,
    pool_predictions,
)

CLASSES = ['disgust', 'happiness', 'surprise']
FOLDS = [
    Fold('sub01', ('sub01',), ('sub02', 'sub03')),
    Fold('sub02', ('sub02',), ('sub01', 'sub03')),
    Fold('sub03', ('sub03',), ('sub01', 'sub02')),
]
# Surprise never occurs in the first fold, and happiness is never predicted in any.
TRUE = {'sub01': [0, 0, 0, 1], 'sub02': [0, 1, 2, 2, 2], 'sub03': [2]}
PREDICTED = {'sub01': [0, 0, 2, 0], 'sub02': [0, 2, 2, 2, 0], 'sub03': [2]}


def predictions(true: list[int], predicted: list[int], classes: list[str]) -> Predictions:
    scores = np.eye(len(classes))[predicted] * 0.7 + 0.3 / len(classes)
    samples = [
        {'img_path': f'{i}.jpg', 'gt_label': label, 'pred_label': guess, 'pred_scores': list(row)}
        for i, (label, guess, row) in enumerate(zip(true, predicted, scores, strict=True))
    ]
    return Predictions(classes, samples)


@pytest.fixture
def folds() -> dict[str, Predictions]:
    return {name: predictions(TRUE[name], PREDICTED[name], CLASSES) for name in TRUE}


def test_uf1_and_uar_equal_a_count_by_hand(folds: dict[str, Predictions]) -> None:
    report = fold_report(FOLDS, folds)
    assert report['confusion_matrix'] == [[3, 0, 1], [1, 0, 1], [1, 0, 3]]
    # UF1 = mean of 2 TP / (2 TP + FP + FN): 6 / (6 + 2 + 1), 0 / (0 + 0 + 2), 6 / (6 + 2 + 1)
    assert report['macro_f1'] == pytest.approx(100 * (6 / 9 + 0 + 6 / 9) / 3)
    # UAR = mean recall: 3 of 4, 0 of 2, 3 of 4
    assert report['mean_class_accuracy'] == pytest.approx(100 * (3 / 4 + 0 + 3 / 4) / 3)
    assert report['accuracy'] == pytest.approx(60)
    assert report['absent_classes'] == []


def test_the_report_is_not_the_mean_over_the_folds(folds: dict[str, Predictions]) -> None:
    report = fold_report(FOLDS, folds)
    single = [expression_report(p.scores, p.labels, CLASSES)['macro_f1'] for p in folds.values()]
    # First fold, over the two classes that occur: 4 / (4 + 1 + 1) and 0.
    assert single[0] == pytest.approx(100 * (4 / 6 + 0) / 2)
    assert abs(np.mean(single) - report['macro_f1']) > 5


def test_a_fold_without_a_class_leaves_it_out_of_its_mean_recall(
    folds: dict[str, Predictions],
) -> None:
    first = folds['sub01']
    report = expression_report(first.scores, first.labels, CLASSES)
    assert report['absent_classes'] == ['surprise']
    assert report['mean_class_accuracy'] == pytest.approx(100 * (2 / 3 + 0) / 2)


def test_a_class_absent_from_all_folds_is_named(folds: dict[str, Predictions]) -> None:
    more = [*CLASSES, 'sadness']
    wide = {name: predictions(TRUE[name], PREDICTED[name], more) for name in TRUE}
    report = fold_report(FOLDS, wide)
    assert report['macro_f1'] == fold_report(FOLDS, folds)['macro_f1']
    assert 'No samples in any fold, so left out of the means: sadness.' in fold_tables(report)


def test_the_folds_are_listed(folds: dict[str, Predictions]) -> None:
    rows = fold_report(FOLDS, folds)['folds']
    assert [row['fold'] for row in rows] == ['sub01', 'sub02', 'sub03']
    assert [(row['samples'], row['correct']) for row in rows] == [(4, 2), (5, 3), (1, 1)]
    assert [row['accuracy'] for row in rows] == [50, 60, 100]
    assert rows[0]['classes'] == {'disgust': 3, 'happiness': 1}
    assert [row['untrained'] for row in rows] == [[], [], []]


def test_a_class_of_a_single_subject_is_reported() -> None:
    true = {'a': [0, 1], 'b': [0, 2]}
    both = {name: predictions(labels, [0, 0], CLASSES) for name, labels in true.items()}
    pair = [Fold('a', ('a',), ('b',)), Fold('b', ('b',), ('a',))]
    report = fold_report(pair, both)
    assert [row['untrained'] for row in report['folds']] == [['happiness'], ['surprise']]
    text = fold_tables(report)
    assert '| a | a | 2 | 1 | 50.0 | shown by no other subject: happiness |' in text


def test_the_tables(folds: dict[str, Predictions]) -> None:
    text = fold_tables(fold_report(FOLDS, folds))
    for line in (
        '| accuracy | 60.00 |',
        '| mean class accuracy (UAR) | 50.00 |',
        '| macro F1 (UF1) | 44.44 |',
        '| sub02 | sub02 | 5 | 3 | 60.0 |  |',
        '| sub03 | sub03 | 1 | 1 | 100.0 | only surprise |',
        '| happiness | 1 | 0 | 1 |',
    ):
        assert line in text.splitlines()


def test_pooled_predictions_know_their_fold(folds: dict[str, Predictions]) -> None:
    pooled = pool_predictions(folds)
    assert [sample['fold'] for sample in pooled.samples] == ['sub01'] * 4 + ['sub02'] * 5 + [
        'sub03'
    ]
    assert pooled.labels.tolist() == [0, 0, 0, 1, 0, 1, 2, 2, 2, 2]


def test_folds_with_different_classes_are_refused(folds: dict[str, Predictions]) -> None:
    folds['sub02'].classes.reverse()
    folds['sub02'] = Predictions(['surprise', 'happiness', 'disgust'], folds['sub02'].samples)
    folds['sub01'] = Predictions(['disgust', 'happiness', 'surprise'], folds['sub01'].samples)
    with pytest.raises(ValueError, match='Fold sub02 predicts the classes surprise, happiness'):
        pool_predictions(folds)


def test_each_joined_data_set_has_its_own_measures() -> None:
    named = {}
    for name, subject in (('sub01', 'A/1'), ('sub02', 'B/1'), ('sub03', 'B/2')):
        named[name] = predictions(TRUE[name], PREDICTED[name], CLASSES)
        for sample in named[name].samples:
            sample['subject'] = subject
    report = fold_report(FOLDS, named, lambda subject: subject.partition('/')[0])
    rows = report['datasets']
    assert {name: row['samples'] for name, row in rows.items()} == {'A': 4, 'B': 6}
    # A shows disgust three times, twice right, and happiness once, wrong.
    assert rows['A']['accuracy'] == pytest.approx(50)
    assert rows['A']['mean_class_accuracy'] == pytest.approx(100 * (2 / 3 + 0) / 2)
    # B shows disgust once, happiness once, surprise four times, of which three are right.
    assert rows['B']['mean_class_accuracy'] == pytest.approx(100 * (1 + 0 + 3 / 4) / 3)
    assert '| A | 4 | 50.00 |' in fold_tables(report)
    assert 'datasets' not in fold_report(FOLDS, named)
