import pytest

from mmfer.settings import check_same


def test_equal_settings_are_accepted() -> None:
    check_same({'a': 1, 'b': [2.0]}, {'b': [2.0], 'a': 1}, 'The run', 'Stop.')


def test_all_differences_are_named_with_both_values() -> None:
    with pytest.raises(ValueError) as caught:
        check_same({'a': 1, 'gone': 'x', 'b': 2}, {'a': 3, 'b': 2, 'new': 0}, 'The run', 'Stop.')
    assert str(caught.value) == (
        "The run had other settings: a was 1 and is 3; new was None and is 0; gone was 'x' and is "
        'None. Stop.'
    )


@pytest.mark.parametrize(
    ('before', 'now', 'told'),
    [
        ('a = 1\nb = 2\n', 'a = 1\nb = 3\n', "line 2, was 'b = 2' and is 'b = 3'"),
        ('a = 1\n', 'a = 1\nb = 3\n', "line 2, was '' and is 'b = 3'"),
        ('a = 1\nb = 2', 'a = 1', "line 2, was 'b = 2' and is ''"),
    ],
)
def test_the_first_different_line_of_texts_is_reported(before: str, now: str, told: str) -> None:
    with pytest.raises(ValueError, match=f'^It had other settings: c.py, {told}. Stop.$'):
        check_same({'c.py': before}, {'c.py': now}, 'It', 'Stop.')
