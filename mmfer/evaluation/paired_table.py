"""Differences between the rows of a table, seed by seed."""

import numpy as np

from mmfer.evaluation.seed_table import Results, look_up
from mmfer.markdown import markdown_table


def paired_table(results: Results, reference: str, metrics: list[str]) -> str:
    """A Markdown table of the differences of all rows from one row.

    Runs of the same seed are compared, so that what a seed does to all rows alike cancels. A cell
    is the mean of the differences and its standard error, s / sqrt(n), with s the standard
    deviation (n - 1) over the n seeds that both rows have.

    Args:
        results: The metrics of each run, in the order of the seeds.
        reference: The row from which the others differ. If rows are named ``base/row``, the
            reference of a row is ``base/reference`` of the same base.
        metrics: The columns.

    Raises:
        ValueError: If there is no such row.

    Example:
        >>> paired_table({'plain': {'-': [{'accuracy': 80.0}, {'accuracy': 82.0}]},
        ...               'rald': {'self': [{'accuracy': 81.0}, {'accuracy': 82.5}]}},
        ...              'plain', ['accuracy'])
    """
    lines: list[list[str]] = []
    for name, contexts in results.items():
        base = name.rpartition('/')[0]
        other = f'{base}/{reference}' if base else reference
        if other not in results:
            raise ValueError(
                f'The reference "{other}" of the row "{name}" is not among the rows: '
                f'{", ".join(results)}. Add it to the variants, or give another --reference.'
            )
        for context, runs in contexts.items():
            if name == other:
                continue
            beside = results[other].get(context) or next(iter(results[other].values()), [])
            pairs = list(zip(runs, beside, strict=False))
            cells = [
                _cell([(look_up(a, metric), look_up(b, metric)) for a, b in pairs])
                for metric in metrics
            ]
            lines.append([name, context, str(len(pairs)), *cells])
    return markdown_table(['row', 'context', 'seeds', *metrics], lines)


def _cell(pairs: list[tuple[float | None, float | None]]) -> str:
    known = [a - b for a, b in pairs if a is not None and b is not None]
    if not known or len(known) < len(pairs):
        return '-'
    error = f' ± {np.std(known, ddof=1) / np.sqrt(len(known)):.3f}' if len(known) > 1 else ''
    return f'{np.mean(known):+.3f}{error}'
