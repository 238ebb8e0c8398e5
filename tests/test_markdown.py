import pytest

from mmfer.markdown import markdown_table


def test_a_line_for_each_row() -> None:
    assert markdown_table(('a', 'b'), [('1', '2'), ('3', '4')]).splitlines() == [
        '| a | b |',
        '| --- | --- |',
        '| 1 | 2 |',
        '| 3 | 4 |',
    ]


def test_numbers_are_aligned_to_the_right() -> None:
    table = markdown_table(('a', 'b', 'c'), [], align_right=True)
    assert table.splitlines()[1] == '| --- | ---: | ---: |'


def test_a_bar_stays_in_its_cell() -> None:
    assert markdown_table(('a|b',), [('c|d',)]).splitlines()[::2] == [r'| a\|b |', r'| c\|d |']


def test_a_row_that_does_not_match() -> None:
    with pytest.raises(ValueError, match='A row has 1 cells, the table 2 columns'):
        markdown_table(('a', 'b'), [('1',)])
