import numpy as np
import pytest

from mmfer.evaluation import paired_table


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split('|')[1:-1]] for line in text.splitlines()[2:]]


def runs(*values: float) -> list[dict[str, float]]:
    return [{'accuracy': value, 'kl_votes': value / 100} for value in values]


def test_seeds_are_paired_and_the_error_is_that_of_the_mean() -> None:
    plain, ours = (80.0, 84.0, 79.0), (81.5, 84.5, 81.0)
    results = {'plain': {'-': runs(*plain)}, 'rald': {'support': runs(*ours), 'self': runs(70.0)}}
    support, alone = cells(paired_table(results, 'plain', ['accuracy', 'auc']))
    difference = np.subtract(ours, plain)
    error = np.sqrt(((difference - difference.mean()) ** 2).sum() / 2 / 3)
    expected = f'{difference.mean():+.3f} ± {error:.3f}'
    assert support == ['rald', 'support', '3', expected, '-']
    assert alone == ['rald', 'self', '1', '-10.000', '-']


def test_a_base_has_its_own_reference() -> None:
    results = {
        'votes/plain': {'-': runs(80)},
        'votes/rald': {'-': runs(81)},
        'noisy/plain': {'-': runs(60)},
        'noisy/rald': {'-': runs(58)},
    }
    found = {row[0]: row[3] for row in cells(paired_table(results, 'plain', ['accuracy']))}
    assert found == {'votes/rald': '+1.000', 'noisy/rald': '-2.000'}


def test_the_same_context_of_the_reference_counts() -> None:
    both = {'support': runs(80), 'self': runs(70)}
    results = {'rald': both, 'gate': {'support': runs(81), 'self': runs(75)}}
    found = {row[1]: row[3] for row in cells(paired_table(results, 'rald', ['accuracy']))}
    assert found == {'support': '+1.000', 'self': '+5.000'}


def test_runs_to_come_leave_gaps_and_a_missing_reference_stops() -> None:
    results = {'plain': {}, 'rald': {'self': runs(70)}, 'gate': {}}
    assert cells(paired_table(results, 'plain', ['accuracy'])) == [['rald', 'self', '0', '-']]
    with pytest.raises(ValueError, match='"resnet" of the row "plain" is not among the rows'):
        paired_table(results, 'resnet', ['accuracy'])
