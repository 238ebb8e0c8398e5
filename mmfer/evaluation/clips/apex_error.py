"""The error of spotted apex frames against the true apex frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from mmfer.markdown import markdown_table
from mmfer.reading import Number, check_form, read_json

NEAR = 5
"""Largest error, in frames, of an apex that counts as correct."""


class _Clip(TypedDict):
    onset: Number
    apex: Number
    offset: Number
    intensity: Number


@dataclass(frozen=True)
class ApexError:
    """The error of the apex of a clip, in frames, with the experimental conditions."""

    clip: str
    error: int
    intensity: float
    conditions: tuple[str, ...]


def read_apex_truth(path: str | Path) -> dict[str, dict[str, Any]]:
    """The true onset, apex, offset and intensity of clips, keyed by name (``sub01/EP02_01f``).

    Entries with other names, such as the list of oddities of a rendered data set, are ignored.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not JSON, a clip lacks a field, or an apex is not between onset
            and offset.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'No truth at "{path}". Only rendered clips have such a file: give the folder of a '
            'rendered data set (`mmfer render casme2 DIR`).'
        )
    remedy = 'Render the clips again.'
    truth = read_json(path, 'truth', remedy)
    check_form(truth, dict[str, Any], f'"{path}"', remedy)
    truth = {name: row for name, row in truth.items() if '/' in name}
    for name, row in truth.items():
        check_form(
            row, _Clip, f'"{path}", clip {name}', 'Render it again, or remove it from the file.'
        )
        if not row['onset'] < row['apex'] < row['offset']:
            raise ValueError(
                f'"{path}", clip {name}: the apex, {row["apex"]}, is not between the onset, '
                f'{row["onset"]}, and the offset, {row["offset"]}. Correct the row.'
            )
    return truth


def apex_error_table(
    errors: Sequence[ApexError], conditions: Sequence[str], widths: float = 0.1
) -> str:
    """A Markdown table with a row for each condition and intensity, and for all intensities.

    Args:
        errors: The errors of the clips.
        conditions: Column headings of :attr:`ApexError.conditions`.
        widths: Intensities are rounded to multiples of this width.

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
