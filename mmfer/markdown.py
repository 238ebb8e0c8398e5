"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def markdown_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], align_right: bool = False
) -> str:
    """A table in Markdown, a line for each row.

    Args:
        head: The names of the columns.
        rows: The cells; a vertical bar in one stays part of the cell.
        align_right: Whether all columns but the first are aligned to the right.

    Raises:
        ValueError: If a row has more or fewer cells than there are columns.
    """
    rule = ['---', *['---:' if align_right else '---'] * (len(head) - 1)]
    lines = [list(head), rule, *map(list, rows)]
    for line in lines:
        if len(line) != len(head):
            raise ValueError(f'A row has {len(line)} cells, but the table {len(head)}: {line}.')
    whole = [[cell.replace('|', r'\|') for cell in line] for line in lines]
    return '\n'.join(f'| {" | ".join(line)} |' for line in whole)
