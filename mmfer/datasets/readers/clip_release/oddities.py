"""The report of a reader on clips that differ from the others."""

from collections.abc import Mapping, Sequence
from logging import INFO, WARNING
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from mmfer.datasets.readers.clip_release.coding import CodedClip, Oddities
from mmfer.datasets.readers.clip_release.faces import SHOWN
from mmfer.labels.action_units import read_action_units
from mmfer.labels.clip_release import ClipRelease

HARMLESS = (
    *('integer_subject', 'capitalised_emotion', 'numeric_action_units', 'unknown_action_units'),
    *('apex_slash', 'apex_absent', 'offset_absent', 'offset_before_apex', 'missing_frame'),
    *('nearby_frame', 'middle_for_apex', 'unread_action_units', 'other_action_units'),
    *('apex_estimated', 'offset_corrected', 'erratum_not_applied'),
    *('no_motion', 'action_unit_in_no_clip'),
)
"""Oddities of clips that are used anyway."""


def check_units(numbers: Sequence[int], release: ClipRelease, options: Mapping[str, Any]) -> None:
    """Check the option ``action_units`` of a reader.

    Args:
        numbers: The action units.
        release: The release that is read.
        options: The other options of the reader.

    Raises:
        ValueError: If there are not two different units or more, or the reader cannot have them.
    """
    wrong = [option for option in ('val_ratio', 'soft_labels') if options.get(option)]
    right = 2 <= len(set(numbers)) == len(numbers) and all(type(n) is int for n in numbers)
    if wrong or not release.coding or not right:
        raise ValueError(
            f'action_units={tuple(numbers)}: give two action units or more, each once and as '
            'a number, of a data set with a coding file, without val_ratio and soft_labels.'
        )


def unit_oddities(clips: Sequence[CodedClip], numbers: Sequence[int]) -> dict[str, list[str]]:
    """Clips with action units that cannot be read, or that are not among the targets.

    Args:
        clips: The clips.
        numbers: The action units that are the targets.

    Returns:
        The names of clips with what is odd, for ``unread_action_units`` and
        ``other_action_units``, and the targets with ``action_unit_in_no_clip``; kinds without a
        name are left out.
    """
    odd: dict[str, list[str]] = {}
    coded: set[int] = set()
    for clip in clips:
        units, unread = read_action_units(clip.action_units)
        coded |= {unit.number for unit in units if unit.certain}
        others = sorted({unit.number for unit in units} - set(numbers))
        for kind, found in (('unread_action_units', unread), ('other_action_units', others)):
            if found:
                odd.setdefault(kind, []).append(f'{clip.name} ({", ".join(map(str, found))})')
    absent = [f'AU{number}' for number in numbers if number not in coded]
    return odd | ({'action_unit_in_no_clip': absent} if absent else {})


def no_clips(path: Path, release: ClipRelease, odd: Oddities) -> ValueError:
    """The error about a coding file of which no row can be used."""
    only = f', of which the kind is "{release.kind}"' if release.kind else ''
    nameless = [f'{clip} has no emotion' for clip in odd['no_emotion']]
    faults = '; '.join([*odd['bad_row'], *nameless][:3])
    return ValueError(
        f'No row of "{path}" codes a clip that can be used{only}{f": {faults}" if faults else ""}. '
        'Use the original file.'
    )


def check_any(
    samples: Sequence[Mapping[str, Any]], what: str, report: Mapping[str, Sequence[str]]
) -> None:
    """Raise ValueError, with the reasons, if no clip is left."""
    if not samples:
        kinds = [f'{len(names)} {kind}, such as {names[0]}' for kind, names in report.items()]
        raise ValueError(
            f'{what} of no clip: {"; ".join(kinds)}. docs/datasets.md explains these reasons.'
        )


def log_report(first: str, report: Mapping[str, Sequence[str]]) -> None:
    """Log the first line, and a line for each kind of oddity.

    This is a warning if clips are left out or a correction was not applied.
    """
    lines = [first]
    for kind, names in report.items():
        done = 'noted' if kind in HARMLESS else 'left out'
        more = f', and {len(names) - SHOWN} more' if len(names) > SHOWN else ''
        lines.append(f'  {kind}, {len(names)}, {done}: {", ".join(names[:SHOWN])}{more}')
    quiet = {'other_emotion', *HARMLESS} - {'erratum_not_applied', 'action_unit_in_no_clip'}
    level = WARNING if set(report) - quiet else INFO
    print_log('\n'.join(lines), logger='current', level=level)
