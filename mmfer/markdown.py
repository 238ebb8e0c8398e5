"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def markdown_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], align_right: bool = False
) -> str:
    """A Markdown table.

    Args:
        head: The names of the columns.
        rows: The cells; vertical bars in cells are escaped.
        align_right: Align all columns except the first to the right.

    Raises:
        ValueError: If the number of cells in a row differs from the number of columns.
    """
    rule = ['---', *['---:' if align_right else '---'] * (len(head) - 1)]
    lines = [list(head), rule, *map(list, rows)]
    for line in lines:
        if len(line) != len(head):
            raise ValueError(f'A row has {len(line)} cells, but the table {len(head)}: {line}.')
    whole = [[cell.replace('|', r'\|') for cell in line] for line in lines]
    return '\n'.join(f'| {" | ".join(line)} |' for line in whole)
