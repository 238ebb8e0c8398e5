"""Tables and figures about the predictions of a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mmfer.evaluation import Predictions, attribute_report, expression_report
from mmfer.evaluation.attribute_report import ATTRIBUTE_MEASURES
from mmfer.evaluation.calibration import calibration_bins
from mmfer.evaluation.report import EXPRESSION_MEASURES
from mmfer.evaluation.report_file import Report
from mmfer.evaluation.report_text import ALIASES
from mmfer.evaluation.statistics.bootstrap import (
    Interval,
    bootstrap_draws,
    bootstrap_intervals,
)
from mmfer.pages.inline_images import figure_source
from mmfer.pages.page import Figure, Section, Table, Text
from mmfer.visualization.plots import plot_confusion
from mmfer.visualization.plots.reliability import plot_reliability
from mmfer.visualization.plots.roc import plot_roc


@dataclass(frozen=True)
class Measured:
    """The measures of predictions.

    Args:
        predictions: The predictions, of classes or attributes.
    """

    predictions: Predictions

    @cached_property
    def scores(self) -> np.ndarray:
        """The probabilities (N, C)."""
        return self.predictions.scores

    @property
    def names(self) -> list[str]:
        """The overall measures, in the order of tables."""
        if self.predictions.of_attributes:
            return list(ATTRIBUTE_MEASURES)
        return list(EXPRESSION_MEASURES)

    @property
    def each(self) -> str:
        """The entry of the report with the measures of each class or attribute."""
        return 'per_attribute' if self.predictions.of_attributes else 'per_class'

    @property
    def persons(self) -> list[str | None] | None:
        """The person of each image; None if no person is known."""
        persons = [sample.get('subject') for sample in self.predictions.samples]
        return persons if any(person is not None for person in persons) else None

    @cached_property
    def report(self) -> Report:
        """All measures, with the groups of people."""
        return self._judge(np.arange(len(self.predictions.samples)), groups=True)

    @cached_property
    def right(self) -> np.ndarray:
        """Whether the most probable class is the label, (N,) bool."""
        right: np.ndarray = self.scores.argmax(axis=1) == self.predictions.labels
        return right

    def values(self, index: np.ndarray) -> dict[str, float | None]:
        """The overall measures of some images, and the accuracy of each class or attribute.

        They are None if no attribute of these images is known.
        """
        if self.predictions.of_attributes and not self._targets[1][index].any():
            each = [f'of {name}' for name in self.predictions.classes]
            return dict.fromkeys([*self.names, *each])
        report = self._judge(index)
        found = {name: report[name] for name in self.names if name in report}
        found |= {f'of {name}': row['accuracy'] for name, row in report[self.each].items()}
        return found

    def intervals(self, draws: int, seed: int = 0) -> dict[str, Interval | None]:
        """The 95 % intervals of :meth:`values`, over draws of images or persons."""
        indices = bootstrap_draws(len(self.predictions.samples), self.persons, draws, seed)
        return bootstrap_intervals(self.values, indices)

    @cached_property
    def _targets(self) -> tuple[np.ndarray, np.ndarray]:
        if self.predictions.of_attributes:
            return self.predictions.targets, self.predictions.mask
        return self.predictions.labels, np.empty(0)

    def _judge(self, index: np.ndarray, groups: bool = False) -> Report:
        found = self.predictions
        known = found.groups if groups else None
        truth, mask = self._targets
        if found.of_attributes:
            return attribute_report(
                self.scores[index], truth[index], found.classes, mask[index], known
            )
        return expression_report(
            self.scores[index],
            truth[index],
            found.classes,
            found.coarse_classes,
            found.parents,
            groups=known,
        )


def drawn_units(measured: Measured) -> str:
    """What the bootstrap draws, in words."""
    count = len(measured.predictions.samples)
    if measured.persons is None:
        return f'{count} images, since the persons are not known'
    persons = len({str(person) for person in measured.persons if person is not None})
    unknown = measured.persons.count(None)
    return f'{persons} persons with all their images ({count} images{_also(unknown)})'


def _also(unknown: int) -> str:
    return f', {unknown} of them of unknown persons, each drawn alone' if unknown else ''


def measures_section(measured: Measured, intervals: dict[str, Interval | None]) -> Section:
    """The overall measures with their intervals."""
    report = measured.report
    guess = report['majority' if measured.predictions.of_attributes else 'chance']
    rows = [
        [
            ALIASES.get(name, name.replace('_', ' ')),
            number(report[name]),
            interval_text(intervals.get(name)),
            number(guess.get(name)),
        ]
        for name in measured.names
        if report.get(name) is not None
    ]
    baseline = 'majority' if measured.predictions.of_attributes else 'chance'
    return Section(
        'Measures',
        [
            Table(['measure', '%', '95 % interval', baseline], rows),
            Text(
                f'The intervals are percentiles of bootstrap draws of {drawn_units(measured)}. '
                'They say how much the figures would vary with other images of the same kind, not '
                'with another training or other data. "ece" is the expected calibration error: '
                'smaller is better.'
            ),
        ],
    )


def each_section(measured: Measured, intervals: dict[str, Interval | None]) -> Section:
    """The measures of each class or attribute."""
    if measured.predictions.of_attributes:
        columns = ['accuracy', 'balanced_accuracy', 'f1', 'auc', 'ece', 'present', 'count']
        title = 'Attributes'
    else:
        columns = ['accuracy', 'precision', 'f1', 'auc', 'count']
        title = 'Classes'
    rows = [
        [name, number(row['accuracy']), interval_text(intervals.get(f'of {name}'))]
        + [number(row[column]) for column in columns[1:]]
        for name, row in measured.report[measured.each].items()
    ]
    head = [title[:-2].lower() if title == 'Classes' else 'attribute', 'accuracy', '95 % interval']
    notes = (
        [Text(f'No image, so left out of the means: {", ".join(absent)}.', True)]
        if (absent := measured.report.get('absent_classes'))
        else []
    )
    table = Table([*head, *(column.replace('_', ' ') for column in columns[1:])], rows)
    return Section(title, [table, *notes])


def groups_section(measured: Measured) -> Section:
    """The measures of each group of people, and the largest gaps."""
    shown = [name for name in measured.names if measured.report.get(name) is not None]
    blocks: list[Any] = []
    for field, content in measured.report['groups'].items():
        rows = [
            [value, *(number(row.get(name)) for name in shown), str(row['count'])]
            for value, row in content['values'].items()
        ]
        gaps = content['gaps']
        if gaps:
            cells = [number(gaps[name]['gap']) if name in gaps else '-' for name in shown]
            rows.append(['largest gap', *cells, ''])
        blocks.append(Table([field, *(name.replace('_', ' ') for name in shown), 'images'], rows))
        if content['small']:
            few = ', '.join(content['small'])
            blocks.append(Text(f'Too few images to be part of the gaps: {few}.'))
        if content['unknown']:
            blocks.append(Text(f'Images of unknown {field}: {content["unknown"]}.'))
    return Section('Groups of people', blocks)


def confusion_section(measured: Measured) -> Section:
    """The confusion matrix."""
    found = measured.predictions
    matrix = np.array(measured.report['confusion_matrix'])
    figure = plot_confusion({'': matrix}, found.classes, found.coarse_classes, found.parents)
    alt = 'Confusion matrix: true classes in rows, predicted classes in columns, in percent.'
    return Section('Confusion matrix', [Figure(figure_source(figure), alt, alt)])


def reliability_section(measured: Measured) -> Section:
    """The reliability diagram."""
    bins = calibration_bins(measured.scores.max(axis=1).clip(0, 1), measured.right)
    mean, right = bins.probabilities.sum(), bins.outcomes.sum()
    said = 'more' if mean > right else 'less'
    text = (
        f'The mean confidence is {100 * mean / bins.counts.sum():.1f} %, and '
        f'{100 * right / bins.counts.sum():.1f} % of the answers are right: on the whole, the '
        f'model is {said} sure than it should be. The command mmfer calibrate corrects that.'
    )
    alt = 'Reliability diagram: share of right answers by confidence.'
    return Section('Reliability', [Figure(figure_source(plot_reliability(bins)), alt), Text(text)])


def roc_section(measured: Measured) -> Section:
    """The ROC curves of each class."""
    found = measured.predictions
    areas = [row['auc'] for row in measured.report['per_class'].values()]
    if not any(area is not None for area in areas):
        return Section('ROC curves', [Text('The labels are all of one class: no curve exists.')])
    figure = plot_roc(measured.scores, found.labels, found.classes, areas)
    alt = 'ROC curve of each class against all others.'
    return Section('ROC curves', [Figure(figure_source(figure), alt)])


def number(value: float | int | None) -> str:
    """A cell: two decimals, none for counts, and a hyphen for an undefined value."""
    if value is None:
        return '-'
    return str(value) if isinstance(value, int) else f'{value:.2f}'


def interval_text(interval: Interval | None) -> str:
    """A cell with an interval."""
    return '-' if interval is None else f'{interval[0]:.2f} to {interval[1]:.2f}'


def sections_of(measured: Measured, draws: int) -> Sequence[Section]:
    """All sections about predictions."""
    intervals = measured.intervals(draws)
    first = [measures_section(measured, intervals), each_section(measured, intervals)]
    groups = groups_section(measured)
    if measured.predictions.of_attributes:
        return [*first, groups]
    return [
        *first,
        groups,
        confusion_section(measured),
        reliability_section(measured),
        roc_section(measured),
    ]
