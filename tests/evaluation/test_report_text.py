import numpy as np

from mmfer.evaluation import (
    attribute_report,
    expression_report,
    format_attribute_report,
    format_report,
)

CLASSES = ('worry', 'panic', 'anger', 'hate')
TREE = {'coarse_classes': ('fear', 'anger'), 'parents': (0, 0, 1, 1)}


def scores_of(predicted: list[int]) -> np.ndarray:
    return np.eye(4)[predicted] * 0.7 + 0.075


def test_the_table_shows_all_values_and_names_absent_classes() -> None:
    report = expression_report(scores_of([0, 1, 1]), np.array([0, 1, 2]), CLASSES, **TREE)
    table = format_report(report)
    for text in ('worry', '100.00', 'hate', 'accuracy', '66.67', '(chance 25.00)', 'coarse', 'ece'):
        assert text in table
    assert table.splitlines()[-1] == 'No samples, so left out of the means: hate'
    assert 'balanced' not in table


def test_columns_are_aligned_with_their_headings() -> None:
    report = expression_report(scores_of([0, 1, 1]), np.array([0, 1, 2]), CLASSES, **TREE)
    head, *rows = format_report(report).splitlines()[:5]
    assert {len(row) for row in rows} == {len(head)}
    assert rows[3].split() == ['hate', '-', '-', '-', '-', '0']


def test_a_measure_without_a_value_is_left_out() -> None:
    report = expression_report(scores_of([0, 0]), np.array([0, 0]), CLASSES)
    lines = format_report(report).splitlines()
    assert not any(line.startswith('auc ') for line in lines)


def test_groups_follow_with_their_gap() -> None:
    groups = [{'gender': g} for g in ('male', 'male', 'female', 'female', 'unsure')] + [None]
    report = expression_report(
        scores_of([0, 1, 1, 2, 2, 3]),
        np.array([0, 1, 2, 2, 2, 3]),
        CLASSES,
        groups=groups,
        min_group=2,
    )
    lines = format_report(report).splitlines()
    below = lines[lines.index('') + 1 :]
    assert below[0].split()[:3] == ['by', 'gender', 'accuracy']
    female, male, unsure, gap = (line.split() for line in below[1:5])
    assert (female[:2], male[:2]) == (['female', '50.00'], ['male', '100.00'])
    assert (female[-1], unsure[-1]) == ('2', '1')
    assert gap[:3] == ['largest', 'gap', '50.00']
    assert below[5:] == ['Too few samples for the gaps: unsure', 'Samples of unknown gender: 1']


def test_attributes_and_their_missing_values_are_shown() -> None:
    targets = np.array([[1, 0, 1], [0, 0, 1]])
    mask = np.array([[1, 1, 0], [1, 1, 0]], dtype=bool)
    scores = np.array([[0.9, 0.2, 0.5], [0.1, 0.2, 0.5]])
    report = attribute_report(scores, targets, ('Smiling', 'Bald', 'Male'), mask)
    lines = format_attribute_report(report).splitlines()
    assert lines[1].split()[:3] == ['Smiling', '50.00', '100.00']
    assert lines[3].split() == ['Male', *['-'] * 7, '0']
    assert any(
        line.split() == ['mean', 'accuracy', '100.00', '(majority', '75.00)'] for line in lines
    )
    assert lines[-2].endswith('left out of the means: Male')
    assert lines[-1].endswith('part of only mean accuracy and ece: Bald')
