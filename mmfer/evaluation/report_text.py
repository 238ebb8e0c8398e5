"""Reports as text."""

from collections.abc import Sequence

from mmfer.evaluation.attribute_report import ATTRIBUTE_MEASURES
from mmfer.evaluation.report import EXPRESSION_MEASURES
from mmfer.evaluation.report_file import Report

ALIASES = {'mean_class_accuracy': 'mean class accuracy (UAR)', 'macro_f1': 'macro F1 (UF1)'}
"""Names in tables of measures that have another name in papers on micro-expressions."""


def format_report(report: Report) -> str:
    """A table of the classes, of the overall measures and of the groups."""
    lines = _rows(report['per_class'], 'class', ('accuracy', 'precision', 'f1', 'auc', 'count'))
    lines += _overall(report, EXPRESSION_MEASURES, 'chance')
    if report['absent_classes']:
        lines.append('No samples, so left out of the means: ' + ', '.join(report['absent_classes']))
    return '\n'.join(lines + _groups(report, EXPRESSION_MEASURES))


def format_attribute_report(report: Report) -> str:
    """A table of the attributes, of the overall measures and of the groups."""
    columns = ('present', *ATTRIBUTE_MEASURES.values(), 'count')
    lines = _rows(report['per_attribute'], 'attribute', columns)
    lines += _overall(report, list(ATTRIBUTE_MEASURES), 'majority')
    for entry, what in (
        ('unknown_attributes', 'Unknown in all samples, so left out of the means'),
        ('constant_attributes', 'Of one value only, so part of only mean accuracy and ece'),
    ):
        if report[entry]:
            lines.append(f'{what}: {", ".join(report[entry])}')
    return '\n'.join(lines + _groups(report, list(ATTRIBUTE_MEASURES)))


def _rows(rows: dict[str, Report], title: str, columns: Sequence[str]) -> list[str]:
    """A line for each row; counts have no decimals, and undefined values are hyphens."""
    width = max(len(name) for name in (title, *rows))
    heads = {column: column.replace('_', ' ') for column in columns}
    lines = ['  '.join([f'{title:{width}}', *(f'{head:>6}' for head in heads.values())])]
    for name, row in rows.items():
        cells = []
        for column, head in heads.items():
            value = row.get(column)
            text = '-' if value is None else f'{value:.2f}' if column != 'count' else str(value)
            cells.append(f'{text:>{max(6, len(head))}}')
        lines.append('  '.join([f'{name:{width}}', *cells]))
    return lines


def _overall(report: Report, measures: Sequence[str], guess: str) -> list[str]:
    width = max(len(name) for name in measures)
    lines = ['-' * (width + 9)]
    for name in measures:
        if report.get(name) is not None:
            known = report[guess].get(name)
            beside = '' if known is None else f'  ({guess} {known:.2f})'
            lines.append(f'{name.replace("_", " "):{width}} {report[name]:8.2f}{beside}')
    return lines


def _groups(report: Report, measures: Sequence[str]) -> list[str]:
    shown = [name for name in measures if report.get(name) is not None]
    lines = []
    for field, content in report['groups'].items():
        gaps = {name: gap['gap'] for name, gap in content['gaps'].items()}
        rows = content['values'] | ({'largest gap': gaps} if gaps else {})
        lines += ['', *_rows(rows, f'by {field}', (*shown, 'count'))]
        if content['small']:
            lines.append(f'Too few samples for the gaps: {", ".join(content["small"])}')
        if content['unknown']:
            lines.append(f'Samples of unknown {field}: {content["unknown"]}')
    return lines
