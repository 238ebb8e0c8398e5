"""The page about two models on the same images."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mmfer.evaluation import Predictions
from mmfer.evaluation.report_text import ALIASES
from mmfer.evaluation.statistics.bootstrap import bootstrap_draws
from mmfer.evaluation.statistics.paired_test import (
    Difference,
    McNemar,
    mcnemar_exact,
    paired_bootstrap,
)
from mmfer.evaluation.statistics.same_images import in_order_of
from mmfer.pages.inline_images import figure_source
from mmfer.pages.measures import Measured, drawn_units, interval_text, number
from mmfer.pages.page import Figure, Gallery, Section, Table, Text, write_page
from mmfer.visualization.plots import plot_confusion

HEAD = ['first', 'second', 'difference', '95 % interval', 'p']


@dataclass(frozen=True)
class Comparison:
    """Two models on the same images.

    Args:
        names: The names of the models.
        first, second: Their measures, over the images in the same order.
        test: McNemar's test of the accuracy; None for attributes.
        differences: The difference of each measure of :meth:`Measured.values`.
        note: What is left out, and why; empty if nothing is.
    """

    names: tuple[str, str]
    first: Measured
    second: Measured
    test: McNemar | None
    differences: dict[str, Difference]
    note: str = ''

    def rows(self, each: bool) -> list[list[str]]:
        """The cells of the overall measures, or of the accuracy of each class or attribute."""
        return [
            [
                name.removeprefix('of ') if each else ALIASES.get(name, name.replace('_', ' ')),
                number(found.first),
                number(found.second),
                '-' if found.difference is None else f'{found.difference:+.2f}',
                interval_text(found.interval),
                '-' if found.p_value is None else p_text(found.p_value),
            ]
            for name, found in self.differences.items()
            if name.startswith('of ') == each and found.first is not None
        ]

    def test_text(self) -> str:
        """The result of McNemar's test in words."""
        if self.test is None:
            return 'For attributes, there is no single answer per image, so no test of McNemar.'
        count = len(self.first.predictions.samples)
        return (
            f'Of {count} images, only "{self.names[0]}" is right on {self.test.only_first}, and '
            f'only "{self.names[1]}" on {self.test.only_second}. Exact test of McNemar: '
            f'p = {p_text(self.test.p_value)}.'
        )


def compare(
    first: Predictions,
    second: Predictions,
    names: tuple[str, str],
    draws: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Compare two models on the same images.

    The accuracy is tested by McNemar's exact test, all measures by a paired bootstrap over images,
    or over persons where these are known. The accuracy of coarse classes is compared if both models
    have the same ones.

    Args:
        first, second: The predictions; images may be in another order.
        names: The names of the models.
        draws: Number of bootstrap draws.
        seed: Seed of the draws.

    Raises:
        ValueError: If classes, images or labels differ, or there are none.
    """
    if first.of_attributes != second.of_attributes:
        raise ValueError('One file has predictions of classes, the other of attributes.')
    if not first.samples:
        raise ValueError(f'There are no predictions of "{names[0]}". Test on at least one image.')
    second, note = in_order_of(first, second, names[1]), ''
    if _tree(first) != _tree(second):
        first, second = (replace(one, coarse_classes=None, parents=None) for one in (first, second))
        note = 'The two have different coarse classes, so the coarse accuracy is not compared.'
    ours, theirs = Measured(first), Measured(second)
    size = len(first.samples)
    differences = paired_bootstrap(
        ours.values, theirs.values, bootstrap_draws(size, ours.persons, draws, seed), size
    )
    test = None if first.of_attributes else mcnemar_exact(ours.right, theirs.right)
    return Comparison(names, ours, theirs, test, differences, note)


def _tree(predictions: Predictions) -> list[int] | None:
    """For each class, the first class of the same coarse class; None without coarse classes."""
    parents = predictions.parents
    if predictions.coarse_classes is None or parents is None:
        return None
    return [parents.index(parent) for parent in parents]


def p_text(value: float) -> str:
    """A p-value with two digits."""
    return f'{value:.2g}' if value >= 1e-4 else '< 0.0001'


def write_comparison(comparison: Comparison, out: str | Path) -> None:
    """Write the page: one HTML file that opens without a network.

    Raises:
        OSError: If the file cannot be written.
    """
    kind = 'attribute' if comparison.first.predictions.of_attributes else 'class'
    sections = [
        Section(
            'Measures',
            [
                Table(['measure', *HEAD], comparison.rows(each=False)),
                Text(comparison.test_text()),
                Text(_caution(comparison)),
                *([Text(comparison.note)] if comparison.note else []),
            ],
        ),
        Section(
            f'Accuracy of each {kind}',
            [
                Table([kind, *HEAD], comparison.rows(each=True)),
                Text(
                    f'Among many {kind}{"es" if kind == "class" else "s"}, some p-values are small '
                    'by chance: multiply each by the number of rows before you believe it.'
                ),
            ],
        ),
    ]
    if comparison.test is not None:
        sections.append(_confusion(comparison))
    facts = [
        f'first: {comparison.names[0]}',
        f'second: {comparison.names[1]}',
        f'{len(comparison.first.predictions.samples)} images with the same labels',
    ]
    write_page(out, 'Comparison of two models', facts, sections)


def _caution(comparison: Comparison) -> str:
    text = (
        'All values are in percent; a difference is the second value minus the first. The interval '
        f'and p come from a paired bootstrap of {drawn_units(comparison.first)}. The test speaks '
        'about these two checkpoints on such images. Whether a method is better needs several '
        'trainings with other seeds, as mmfer repeat runs them.'
    )
    if comparison.test is not None and comparison.first.persons is not None:
        text += ' The test of McNemar counts the images of one person as independent.'
    return text


def _confusion(comparison: Comparison) -> Section:
    both: Sequence[Measured] = (comparison.first, comparison.second)
    found = comparison.first.predictions
    figures = []
    for place, name, measured in zip(('first', 'second'), comparison.names, both, strict=True):
        matrix = {f'{place}: {name}': np.array(measured.report['confusion_matrix'])}
        figure = plot_confusion(matrix, found.classes, found.coarse_classes, found.parents)
        alt = f'Confusion matrix of "{name}": true classes in rows, predicted in columns.'
        figures.append(Figure(figure_source(figure), alt, alt))
    return Section('Confusion matrices', [Gallery(figures, wide=True)])
