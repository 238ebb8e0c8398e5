"""Training curves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mmfer.reading import binary_lines, check_form
from mmfer.visualization.fonts import add_fallback_font

SERIES = ('#2a6fbb', '#c8561b', '#2f8f5b', '#8a4fa3', '#b02a4c', '#5f6b7a', '#a88600', '#1795a5')
COUNTERS = ('step', 'iter', 'epoch')
USUAL = ('loss', 'lr', 'accuracy', 'mean_class_accuracy', 'coarse_accuracy')
"""The scalars that are drawn unless others are chosen."""


@dataclass
class Curve:
    """The values of a scalar during training."""

    axis: str
    """Unit of the steps: ``iteration`` or ``epoch``."""
    steps: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


Curves = dict[str, Curve]


def read_scalars(path: str | Path) -> Curves:
    """Read the scalars of a run.

    Args:
        path: A file of mmengine's scalars (JSON, one object per line), or a work directory, whose
            newest run is read.

    Raises:
        FileNotFoundError: If the file does not exist, or the directory holds none.
        ValueError: If a line is not JSON.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(path.rglob('vis_data/scalars.json'))
        if not files:
            raise FileNotFoundError(
                f'No vis_data/scalars.json below "{path}". Give the work directory of a training.'
            )
        path = files[-1]
    if not path.is_file():
        raise FileNotFoundError(f'No log at "{path}". Give a work directory or its scalars.json.')
    rows = []
    remedy = 'Give the vis_data/scalars.json of a training.'
    with path.open('rb') as file:
        lines = list(binary_lines(file, path))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(f'{path}, line {number}: {error}. {remedy}') from error
        check_form(row, dict[str, Any], f'{path}, line {number}', remedy)
        rows.append(row)
    # Training rows count iterations; validation rows count epochs in epoch-based training.
    validation = 'epoch' if any('epoch' in row for row in rows) else 'iteration'
    curves: Curves = {}
    for row in rows:
        axis = 'iteration' if 'iter' in row else validation
        for name, value in row.items():
            if name not in COUNTERS and 'step' in row and isinstance(value, int | float):
                curve = curves.setdefault(name, Curve(axis))
                curve.steps.append(float(row['step']))
                curve.values.append(float(value))
    return curves


def plot_curves(runs: Mapping[str, Curves], scalars: Sequence[str]) -> Figure:
    """Draw one panel for each scalar, with one line for each run.

    Args:
        runs: The curves of each run, keyed by the name of the run.
        scalars: Names of the scalars to draw, such as ``loss``, ``lr`` or ``accuracy``.

    Raises:
        ValueError: If no run has a scalar; the message lists the available scalars.
    """
    known = sorted({name for curves in runs.values() for name in curves})
    unknown = [name for name in scalars if name not in known]
    if unknown:
        raise ValueError(
            f'No run has {", ".join(unknown)}. Available: {", ".join(known) or "no scalars"}.'
        )
    add_fallback_font(runs)
    figure = Figure(figsize=(1 + 4.6 * len(scalars), 4.2), layout='constrained', dpi=110)
    for axes, scalar in zip(
        figure.subplots(1, len(scalars), squeeze=False)[0], scalars, strict=True
    ):
        for i, (run, curves) in enumerate(runs.items()):
            if scalar not in curves:
                continue
            curve = curves[scalar]
            axes.set_xlabel(curve.axis)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.plot(
                curve.steps,
                curve.values,
                c=SERIES[i % len(SERIES)],
                ls=('-', '--', ':')[i // len(SERIES) % 3],
                marker='o' if len(curve.steps) < 30 else None,
                ms=3,
                lw=1.5,
                label=run,
            )
        percent = any(word in scalar for word in ('accuracy', 'f1'))
        axes.set_title(f'{scalar} (%)' if percent else scalar, size=11)
        axes.grid(alpha=0.25, lw=0.6)
        axes.spines[['top', 'right']].set_visible(False)
    if len(runs) > 1:
        shown = {
            label: handle
            for axes in figure.axes
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        figure.legend(
            shown.values(), shown.keys(), loc='outside lower center', ncols=4, frameon=False
        )
    return figure
