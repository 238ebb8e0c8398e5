from pathlib import Path

from mmfer.datasets.official_counts import class_counts, compare_counts


def test_a_difference_is_reported_with_both_numbers(log: list[str]) -> None:
    compare_counts('Faces', Path('here'), 'test', {'glad': 3, 'sad': 2}, {'glad': 3, 'sad': 4})
    assert log == [
        '"here" is not the official Faces: 5 test images instead of 7: sad 2 (official 4). '
        'Results are not comparable with published results.'
    ]


def test_an_absent_class_counts_as_zero(log: list[str]) -> None:
    compare_counts('Faces', Path('here'), 'test', {}, {'glad': 4, 'sad': 0}, 'rows')
    assert '0 test rows instead of 4: glad 0 (official 4). ' in log[0]


def test_a_total_needs_no_class(log: list[str]) -> None:
    compare_counts('Faces', Path('here'), 'test', {'all': 2}, {'all': 3})
    assert '2 test images instead of 3. ' in log[0]


def test_official_counts_give_no_warning(log: list[str]) -> None:
    compare_counts('Faces', Path('here'), 'test', {'glad': 3}, {'glad': 3})
    assert not log


def test_classes_are_counted() -> None:
    assert class_counts([2, 0, 2], ('a', 'b', 'c')) == {'a': 1, 'b': 0, 'c': 2}
    assert class_counts([], ('a',)) == {'a': 0}
