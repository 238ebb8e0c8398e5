"""Results of several seeds as a table."""

from typing import Any

import numpy as np

from mmfer.markdown import markdown_table

COLUMNS = (
    'accuracy',
    'mean_class_accuracy',
    'coarse_accuracy',
    'mean_accuracy',
    'balanced_accuracy',
    'scatter_ratio',
)
"""Default columns of a table; columns that no result has are left out."""


Results = dict[str, dict[str, list[dict[str, Any]]]]
"""For each variant and test-time context (``'-'`` for a model without one) the metrics of each
seed."""


def look_up(metrics: dict[str, Any], name: str) -> float | None:
    """An entry by name; dots lead to nested entries: ``'groups.gender.gaps.accuracy.gap'``."""
    value: Any = metrics
    for key in name.split('.'):
        value = value.get(key) if isinstance(value, dict) else None
    return float(value) if isinstance(value, (int, float)) else None


def seed_values(results: Results, metrics: list[str]) -> dict[str, dict[str, list[float]]]:
    """The values of metrics over the seeds, for each variant and test-time context.

    Args:
        results: As in :func:`seed_table`.
        metrics: The names of the metrics.

    Returns:
        For each ``'<variant>'`` or ``'<variant>, <context>'`` the values of each metric; nan for a
        seed without the metric.
    """
    rows = {
        name if context == '-' else f'{name}, {context}': runs
        for name, contexts in results.items()
        for context, runs in contexts.items()
    }
    return {
        name: {
            m: [float('nan') if (v := look_up(r, m)) is None else v for r in runs] for m in metrics
        }
        for name, runs in rows.items()
    }


def seed_table(results: Results, metrics: list[str] | None = None) -> str:
    """A Markdown table with mean and standard deviation over seeds.

    Args:
        results: The metrics of each run.
        metrics: The columns; None takes the entries of :data:`COLUMNS` that a result has.
    """
    rows = [(n, c, runs) for n, contexts in results.items() for c, runs in contexts.items()]
    if metrics is None:
        every = [run for *_, runs in rows for run in runs]
        metrics = [m for m in COLUMNS if any(look_up(run, m) is not None for run in every)]
    in_contexts = any(context != '-' for _, context, _ in rows)
    head = ['variant', *(['context'] if in_contexts else []), 'seeds', *metrics]
    lines: list[list[str]] = []
    for name, context, runs in rows:
        line = [name, *([context] if in_contexts else []), str(len(runs))]
        lines.append(line + [_cell([look_up(run, m) for run in runs], m) for m in metrics])
    return markdown_table(head, lines)


def _cell(values: list[float | None], metric: str) -> str:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return '-'
    digits = 3 if metric in ('scatter_ratio', 'kl_votes') else 2
    spread = f' ± {np.std(known, ddof=1):.{digits}f}' if len(known) > 1 else ''
    return f'{np.mean(known):.{digits}f}{spread}'
