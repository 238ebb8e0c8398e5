"""The report on a cross validation of attributes, such as action units."""

from collections.abc import Mapping, Sequence

from mmfer.evaluation.attribute_report import attribute_report
from mmfer.evaluation.fold_report import pool_predictions
from mmfer.evaluation.predictions import Predictions
from mmfer.evaluation.protocols import Fold
from mmfer.evaluation.report_file import Report
from mmfer.markdown import markdown_table

SHOWN = ('count', 'present', 'f1', 'balanced_accuracy', 'auc')


def attribute_fold_report(folds: Sequence[Fold], predictions: Mapping[str, Predictions]) -> Report:
    """Evaluate the pooled predictions of attributes.

    The F1 of an attribute is that of all samples, and ``macro_f1`` is the mean over the attributes
    that some samples show and some do not.

    Args:
        folds: The folds.
        predictions: Predictions, keyed by the name of the fold.

    Returns:
        The :func:`mmfer.evaluation.attribute_report` of all samples, and ``folds``: for each fold
        ``fold`` (its name), ``held_out`` and ``samples``.
    """
    pooled = pool_predictions(predictions)
    report = attribute_report(
        pooled.scores, pooled.targets, pooled.classes, pooled.mask, pooled.groups
    )
    rows = [
        {
            'fold': fold.name,
            'held_out': list(fold.held_out),
            'samples': len(predictions[fold.name].samples),
        }
        for fold in folds
    ]
    return report | {'folds': rows}


def attribute_fold_tables(report: Report) -> str:
    """Markdown: the measures of each attribute and their means, in percent."""
    rows = [
        [name, *(_text(row[measure]) for measure in SHOWN)]
        for name, row in report['per_attribute'].items()
    ]
    means = ('macro_f1', 'balanced_accuracy', 'auc')
    rows.append(['mean', '', '', *(_text(report[measure]) for measure in means)])
    heads = ['attribute', *(measure.replace('_', ' ') for measure in SHOWN)]
    return markdown_table(heads, rows)


def _text(value: float | None) -> str:
    return '-' if value is None else str(value) if isinstance(value, int) else f'{value:.2f}'
