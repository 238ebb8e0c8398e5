"""Rows of measurements as a table, as values for a file, and as a plot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mmfer.engine.speed.turns import Speed
from mmfer.markdown import markdown_table

RATE = 'images/s'


@dataclass
class Row:
    """What was measured of one model in one way."""

    names: dict[str, str]
    """The cells that tell the row apart, by column."""
    speeds: dict[str, Speed] = field(default_factory=dict)
    """The speeds by column, such as ``'images/s at 4'``."""
    facts: dict[str, str] = field(default_factory=dict)
    """Further cells, by column."""

    @property
    def name(self) -> str:
        """The name of the row in a plot."""
        return ', '.join(name for name in self.names.values() if name)

    def cells(self) -> dict[str, str]:
        """The texts of the row by column."""
        found = {**self.names, **self.facts}
        for column, speed in self.speeds.items():
            found[column] = f'{speed.median:.1f}'
            found[column.replace(RATE, 'ratio')] = f'{speed.ratio:.2f}'
            rounds = f'{min(speed.ratios):.2f} to {max(speed.ratios):.2f}'
            found[column.replace(RATE, 'rounds')] = rounds
        return found

    def values(self) -> dict[str, Any]:
        """The row for a file, with each round."""
        speeds = {
            column: dict(
                median=speed.median,
                ratio=speed.ratio,
                rounds=speed.rounds,
                ratios=speed.ratios,
                ran=speed.ran,
            )
            for column, speed in self.speeds.items()
        }
        return dict(names=self.names, facts=self.facts, speeds=speeds)


def speed_table(rows: Sequence[Row]) -> str:
    """A Markdown table: speeds and ratios are medians; the smallest and largest ratio follow."""
    cells = [row.cells() for row in rows]
    head = list(dict.fromkeys(column for row in cells for column in row))
    return markdown_table(head, [[row.get(column, '') for column in head] for row in cells])


def speeds_of(rows: Sequence[Row]) -> list[Speed]:
    """All speeds of the rows."""
    return [speed for row in rows for speed in row.speeds.values()]


def plotted(rows: Sequence[Row], curve: str | None = None, label: str = '') -> Any:
    """A figure of the ratios of all rows, or of speeds along a curve.

    Args:
        rows: The rows.
        curve: The column with the values of the curve, if the rows are along one.
        label: What the values are.
    """
    from mmfer.visualization.plots.speeds import plot_ratios, plot_speed_curves

    if curve is None:
        ratios = {
            row.name: {
                column: (speed.ratio, min(speed.ratios), max(speed.ratios))
                for column, speed in row.speeds.items()
            }
            for row in rows
        }
        return plot_ratios(ratios)
    curves: dict[str, dict[float, tuple[float, float, float]]] = {}
    for row in rows:
        ((unit, speed),) = row.speeds.items()
        spread = speed.median, min(speed.rounds), max(speed.rounds)
        curves.setdefault(row.names['model'], {})[float(row.names[curve])] = spread
    return plot_speed_curves(curves, label or curve, unit)
