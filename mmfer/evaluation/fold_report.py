"""The report on a cross validation, over the pooled predictions of all folds."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mmfer.evaluation.predictions import Predictions
from mmfer.evaluation.protocols import Fold
from mmfer.evaluation.report import EXPRESSION_MEASURES, expression_report
from mmfer.evaluation.report_file import Report
from mmfer.evaluation.report_text import ALIASES
from mmfer.markdown import markdown_table


def pool_predictions(folds: Mapping[str, Predictions]) -> Predictions:
    """Pool the predictions of all folds; each sample gets the name of its ``fold``.

    Args:
        folds: Predictions, keyed by the name of the fold.

    Raises:
        ValueError: If the folds have different classes.
    """
    first = next(iter(folds.values()))
    for name, predictions in folds.items():
        if predictions.classes != first.classes:
            raise ValueError(
                f'Fold {name} predicts the classes {", ".join(predictions.classes)}, but the first '
                f'fold predicts {", ".join(first.classes)}. Give folds of one data set.'
            )
    samples = [{**sample, 'fold': name} for name, p in folds.items() for sample in p.samples]
    return Predictions(first.classes, samples, first.coarse_classes, first.parents)


def fold_report(
    folds: Sequence[Fold],
    predictions: Mapping[str, Predictions],
    dataset_of: Callable[[str], str] | None = None,
) -> Report:
    """Evaluate the pooled predictions, and list the folds.

    UF1 and UAR are ``macro_f1`` and ``mean_class_accuracy``, the means over the classes that occur
    in any fold. A class that is never predicted counts as 0. UF1 and UAR are not reported for
    single folds, because their means would cover only the few classes of one subject.

    Args:
        folds: The folds.
        predictions: Predictions, keyed by the name of the fold.
        dataset_of: Gives the data set in the name of a subject, if several are joined.

    Returns:
        The :func:`mmfer.evaluation.expression_report` of all samples, and ``folds``: for each fold
        ``fold`` (its name), ``held_out``, ``samples``, ``correct``, ``accuracy``, ``classes`` (the
        number of samples of each class) and ``untrained`` (the classes that occur in no training
        subject). With ``dataset_of`` also ``datasets``: for each data set ``samples`` and the
        measures of its samples, over the classes that occur in the data set.
    """
    pooled = pool_predictions(predictions)
    report = expression_report(
        pooled.scores,
        pooled.labels,
        pooled.classes,
        pooled.coarse_classes,
        pooled.parents,
        groups=pooled.groups,
    )
    if dataset_of is not None:
        report['datasets'] = _by_dataset(pooled, dataset_of)
    everywhere = Counter(pooled.labels.tolist())
    rows = []
    for fold in folds:
        own = predictions[fold.name]
        labels = own.labels
        counts = Counter(labels.tolist())
        correct = int((own.scores.argmax(axis=1) == labels).sum())
        rows.append(
            {
                'fold': fold.name,
                'held_out': list(fold.held_out),
                'samples': len(labels),
                'correct': correct,
                'accuracy': 100 * correct / len(labels),
                'classes': {own.classes[i]: counts[i] for i in sorted(counts)},
                'untrained': [own.classes[i] for i in sorted(counts) if counts[i] == everywhere[i]],
            }
        )
    return report | {'folds': rows}


def _by_dataset(pooled: Predictions, dataset_of: Callable[[str], str]) -> Report:
    names = np.array([dataset_of(str(sample['subject'])) for sample in pooled.samples])
    rows = {}
    for dataset in np.unique(names):
        own = names == dataset
        measured = expression_report(pooled.scores[own], pooled.labels[own], pooled.classes)
        kept = {name: measured[name] for name in EXPRESSION_MEASURES if name in measured}
        rows[str(dataset)] = {'samples': int(own.sum()), **kept}
    return rows


def fold_tables(report: Report) -> str:
    """Markdown: the measures, the folds and the confusion matrix of :func:`fold_report`."""
    reached = [
        [ALIASES.get(name, name), f'{report[name]:.2f}']
        for name in EXPRESSION_MEASURES
        if report.get(name) is not None
    ]
    folds = [
        [
            row['fold'],
            ', '.join(row['held_out']),
            str(row['samples']),
            str(row['correct']),
            f'{row["accuracy"]:.1f}',
            _note(row),
        ]
        for row in report['folds']
    ]
    matrix = [
        [name, *map(str, counts)]
        for name, counts in zip(report['classes'], report['confusion_matrix'], strict=True)
    ]
    parts = [
        markdown_table(['over all folds', '%'], reached),
        markdown_table(['fold', 'held out', 'samples', 'correct', 'accuracy', 'note'], folds),
        markdown_table(['true / predicted', *report['classes']], matrix),
    ]
    if 'datasets' in report:
        shown = ('accuracy', 'macro_f1', 'mean_class_accuracy')
        rows = [
            [name, str(row['samples']), *(f'{row[measure]:.2f}' for measure in shown)]
            for name, row in report['datasets'].items()
        ]
        heads = [ALIASES.get(name, name) for name in shown]
        parts.insert(1, markdown_table(['data set', 'samples', *heads], rows))
    if report['absent_classes']:
        absent = ', '.join(report['absent_classes'])
        parts.insert(1, f'No samples in any fold, so left out of the means: {absent}.')
    return '\n\n'.join(parts)


def _note(row: Report) -> str:
    notes = [f'only {name}' for name in row['classes'] if len(row['classes']) == 1]
    if row['untrained']:
        notes.append(f'shown by no other subject: {", ".join(row["untrained"])}')
    return '; '.join(notes)
