"""How far the apexes that were found are from the true ones."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.markdown import markdown_table

NEAR = 5
"""An apex is right within as many frames."""
FIELDS = ('onset', 'apex', 'offset', 'intensity')


@dataclass(frozen=True)
class ApexError:
    """The error of a clip, in frames, and the conditions under which it was made."""

    clip: str
    error: int
    intensity: float
    conditions: tuple[str, ...]


def read_apex_truth(path: str | Path) -> dict[str, dict[str, Any]]:
    """The true onset, apex, offset and intensity of clips, by their names (``sub01/EP02_01f``).

    Entries of other names, such as that of the oddities of a rendered data set, are no clips.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, or a clip lacks a field or has its apex outside.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'No truth at "{path}". Only rendered clips have it: give the folder of such a data '
            'set (tools/render_synthetic.py, layout casme2).'
        )
    try:
        truth = json.loads(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f'"{path}" is not JSON: {error}. Render the clips again.') from error
    truth = {name: row for name, row in truth.items() if '/' in name}
    for name, row in truth.items():
        missing = [f for f in FIELDS if not isinstance(row.get(f), int | float)]
        if missing:
            raise ValueError(
                f'"{path}", clip {name}: no {", ".join(missing)}. Without the truth there is no '
                'error: render the clip again, or take it out of the file.'
            )
        if not row['onset'] < row['apex'] < row['offset']:
            raise ValueError(
                f'"{path}", clip {name}: the apex, {row["apex"]}, does not lie between the onset, '
                f'{row["onset"]}, and the offset, {row["offset"]}. Correct the row.'
            )
    return truth


def apex_error_table(
    errors: Sequence[ApexError], conditions: Sequence[str], widths: float = 0.1
) -> str:
    """A Markdown table: a row for each condition and intensity, and one over all intensities.

    Args:
        errors: Those of the clips.
        conditions: The heads of the columns that :attr:`ApexError.conditions` fills.
        widths: Intensities are rounded to multiples of this.

    Returns:
        Columns: conditions, intensity, clips, median and 90th percentile of the absolute error in
        frames, and the share within 5 frames.
    """
    heads = [*conditions, 'intensity', 'clips', 'median', '90 %', f'within {NEAR}']
    groups: dict[tuple[str, ...], dict[str, list[int]]] = {}
    for item in errors:
        group = groups.setdefault(item.conditions, {})
        level = f'{round(item.intensity / widths) * widths:.1f}'
        for name in (level, 'all'):
            group.setdefault(name, []).append(abs(item.error))
    return markdown_table(
        heads,
        [
            [*condition, level, *_cells(group[level])]
            for condition, group in groups.items()
            for level in sorted(group)
        ],
    )


def _cells(errors: Sequence[int]) -> list[str]:
    middle, high = np.percentile(errors, [50, 90])
    near = np.mean(np.array(errors) <= NEAR)
    return [str(len(errors)), f'{middle:.1f}', f'{high:.1f}', f'{near:.0%}']
