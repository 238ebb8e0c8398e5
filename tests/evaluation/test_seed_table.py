from mmfer.evaluation import seed_table
from mmfer.evaluation.seed_table import look_up, seed_values


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split('|')[1:-1]] for line in text.splitlines()]


def test_mean_and_deviation_over_seeds() -> None:
    runs = [{'mean_class_accuracy': 10.0 * i, 'accuracy': 1.0} for i in (1, 2, 6)]
    head, line, row = rows(seed_table({'ours': {'support': runs}}))
    assert head == ['variant', 'context', 'seeds', 'accuracy', 'mean_class_accuracy']
    assert set(line) == {'---'} and len(line) == len(head)
    assert row == ['ours', 'support', '3', '1.00 ± 0.00', '30.00 ± 26.46']


def test_columns_can_be_nested_entries() -> None:
    runs = [{'auc': 90.0, 'groups': {'age': {'gaps': {'auc': {'gap': 5.0}}}}}]
    columns = ['groups.age.gaps.auc.gap', 'auc', 'scatter_ratio']
    results = {'a': {'-': runs}, 'b': {'-': [{'auc': 1.0, 'scatter_ratio': 0.0625}]}}
    head, _, *content = rows(seed_table(results, columns))
    assert head == ['variant', 'seeds', *columns]
    assert content == [['a', '1', '5.00', '90.00', '-'], ['b', '1', '-', '1.00', '0.062']]


def test_a_seed_without_the_measure_leaves_no_mean() -> None:
    runs = [{'auc': 90.0}, {'auc': None}]
    assert rows(seed_table({'a': {'-': runs}}, ['auc']))[2] == ['a', '2', '-']


def test_attributes_have_their_own_columns() -> None:
    runs = [{'mean_accuracy': 90.0, 'balanced_accuracy': 75.0, 'ece': 1.0}]
    head, _, row = rows(seed_table({'a': {'-': runs}, 'not run yet': {}}))
    assert head == ['variant', 'seeds', 'mean_accuracy', 'balanced_accuracy']
    assert row == ['a', '1', '90.00', '75.00']


def test_only_numbers_become_columns() -> None:
    metrics = {'a': {'b': 2}, 'c': 'text', 'd': [1]}
    assert look_up(metrics, 'a.b') == 2
    assert [look_up(metrics, name) for name in ('a', 'a.c', 'a.b.c', 'c', 'd', 'x.y')] == [None] * 6


def test_values_of_each_row_and_context() -> None:
    results = {
        'a': {'-': [{'auc': 1.0}, {'auc': None}]},
        'b': {'support': [{'auc': 2}], 'self': [{'auc': 3.0, 'x': {'y': 4.0}}]},
    }
    values = seed_values(results, ['auc', 'x.y'])
    assert list(values) == ['a', 'b, support', 'b, self']
    assert str(values['a']) == "{'auc': [1.0, nan], 'x.y': [nan, nan]}"
    assert values['b, self'] == {'auc': [3.0], 'x.y': [4.0]}
