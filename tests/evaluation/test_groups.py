import numpy as np
import pytest

from mmfer.evaluation import group_report

VALUES = np.array([1.0, 2.0, 3.0, 10.0, 20.0, 60.0])
GROUPS = [
    {'gender': 'male', 'age': '20-39'},
    {'gender': 'male', 'age': '4-19'},
    {'gender': 'male'},
    {'gender': 'female', 'age': '70+'},
    {'gender': 'unsure', 'age': '4-19'},
    None,
]


def judge(index: np.ndarray) -> dict:
    mean = float(VALUES[index].mean())
    return {'mean': mean, 'odd': mean if mean < 5 else None, 'names': ['a']}


def test_each_value_of_each_field_is_evaluated_separately() -> None:
    report = group_report(GROUPS, judge, ('mean', 'odd'), min_group=1)
    assert list(report) == ['gender', 'age']
    gender = report['gender']
    assert gender['values']['male'] == {'count': 3, 'mean': 2, 'odd': 2, 'names': ['a']}
    assert gender['values']['female']['mean'] == 10
    assert gender['gaps']['mean'] == {'gap': 18, 'highest': 'unsure', 'lowest': 'male'}
    assert gender['unknown'] == 1 and gender['small'] == []
    assert list(report['age']['values']) == ['4-19', '20-39', '70+']
    assert report['age']['values']['4-19']['mean'] == 11
    assert report['age']['unknown'] == 2


def test_small_groups_are_reported_and_named_but_not_compared() -> None:
    groups = [{'gender': name} for name in ('male', 'male', 'female', 'female', 'unsure')]
    report = group_report(groups, judge, ('mean',), min_group=2)['gender']
    assert report['values']['unsure']['mean'] == 20
    assert report['small'] == ['unsure']
    assert report['gaps'] == {'mean': {'gap': 5, 'highest': 'female', 'lowest': 'male'}}


def test_a_measure_of_a_single_group_has_no_gap() -> None:
    report = group_report(GROUPS, judge, ('mean', 'odd'), min_group=1)['gender']
    assert report['values']['female']['odd'] is None
    assert set(report['gaps']) == {'mean'}


def test_without_groups_there_is_no_field() -> None:
    assert group_report([], judge, ('mean',)) == {}
    assert group_report([None, None], judge, ('mean',)) == {}


def test_an_invalid_group_is_an_error() -> None:
    with pytest.raises(ValueError, match="group of sample 1 is 'male'"):
        group_report([None, 'male'], judge, ('mean',))  # type: ignore[list-item]
    with pytest.raises(ValueError, match='min_group=0'):
        group_report(GROUPS, judge, ('mean',), min_group=0)
