"""The action units in the cells of coding files, such as ``4+7+L12A``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17)
"""Action units that several data sets of micro-expressions have often enough to be learned."""
UNIT = re.compile(r'(?:AU)?\s*([LRUTB])?\s*(\d{1,2})\s*([A-E])?', re.IGNORECASE)
"""A side (left, right, unilateral, top, bottom), a number and an intensity."""


@dataclass(frozen=True)
class CodedUnit:
    """An action unit as it is coded.

    Args:
        number: The number, such as 12.
        side: ``L``, ``R``, ``U`` (one side), ``T`` (top), ``B`` (bottom), or empty for both sides.
        intensity: ``A`` to ``E``, or empty if it is not coded.
        certain: Whether the coders were certain: False for ``12 or 14`` and ``12?``.
    """

    number: int
    side: str = ''
    intensity: str = ''
    certain: bool = True


def read_action_units(text: str) -> tuple[list[CodedUnit], list[str]]:
    """The action units in a cell, and the parts that are not action units.

    Units are separated by ``+``, a comma, or a slash. ``or`` and ``?`` mark uncertain units.

    Example:
        >>> read_action_units('4+L12A')[0]
        [CodedUnit(number=4, side='', intensity='', certain=True), \
CodedUnit(number=12, side='L', intensity='A', certain=True)]
    """
    units, unread = [], []
    for part in re.split(r'[+,/，]', text):
        choices = re.split(r'\bor\b', part, flags=re.IGNORECASE)
        for choice in choices:
            bare = choice.replace('?', '').strip()
            match = UNIT.fullmatch(bare)
            if match:
                side, number, intensity = match.groups(default='')
                certain = len(choices) == 1 and '?' not in choice
                units.append(CodedUnit(int(number), side.upper(), intensity.upper(), certain))
            elif bare:
                unread.append(bare)
    return units, unread


def action_unit_targets(text: str, numbers: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each action unit is present in a cell, and whether that is known.

    Sides and intensities do not matter. Everything is unknown if the cell is empty, has only ``?``,
    or has a part that cannot be read; a unit is unknown if it is uncertain.

    Args:
        text: The cell.
        numbers: The numbers of the A action units.

    Returns:
        (A,) float32, 1 if present, and (A,) bool, True if known.
    """
    units, unread = read_action_units(text)
    present = {unit.number for unit in units if unit.certain}
    doubtful = {unit.number for unit in units if not unit.certain} - present
    target = np.array([number in present for number in numbers], dtype=np.float32)
    known = np.array([number not in doubtful for number in numbers])
    return target, known & bool(units and not unread)
