"""Comparison of the recorded settings of earlier work with the current settings."""

from collections.abc import Mapping
from typing import Any


def check_same(recorded: Mapping[str, Any], now: Mapping[str, Any], what: str, remedy: str) -> None:
    """Check that existing work has the current settings.

    Args:
        recorded: The settings of the existing work, by name; a setting may be the text of a file.
        now: The current settings, by name.
        what: The existing work, as the start of the message: ``'The runs in "work_dirs/a"'``.
        remedy: The advice at the end of the message.

    Raises:
        ValueError: If settings differ; the message has both values of each setting and, for texts,
            the first different line.

    Example:
        >>> check_same({'size': 48}, {'size': 64}, 'The images in "a"', 'Take another.')
        Traceback (most recent call last):
        ValueError: The images in "a" had other settings: size was 48 and is 64. Take another.
    """
    names = dict.fromkeys([*now, *recorded])
    changed = [
        _difference(name, recorded.get(name), now.get(name))
        for name in names
        if recorded.get(name) != now.get(name)
    ]
    if changed:
        raise ValueError(f'{what} had other settings: {"; ".join(changed)}. {remedy}')


def _difference(name: str, before: Any, now: Any) -> str:
    if isinstance(before, str) and isinstance(now, str) and '\n' in before + now:
        old, new = before.splitlines(), now.splitlines()
        common = (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
        line = next(common, min(len(old), len(new)))
        before, now = ((lines[line : line + 1] or [''])[0].strip() for lines in (old, new))
        name = f'{name}, line {line + 1},'
    return f'{name} was {before!r} and is {now!r}'
