"""Progress bars that keep log files short."""

import sys
from collections.abc import Iterable
from functools import partial
from typing import Any

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 30.0
"""How often a bar is written where it cannot replace its last line, such as in a log file."""


def progress_bar(iterable: Iterable[Any] | None = None, **options: Any) -> tqdm:
    """A bar of tqdm on the standard error.

    In a terminal or a notebook it is tqdm's own; in a file or a pipe it writes a line every
    :data:`SECONDS_BETWEEN_LINES` instead of ten lines a second.

    Args:
        iterable: What is counted; None to count with ``update``.
        options: The options of tqdm.

    Example:
        >>> for face in progress_bar(faces, unit='face'):  # doctest: +SKIP
        ...     read(face)
    """
    if sys.stderr.isatty() or 'ipykernel' in sys.modules:
        return tqdm(iterable, **options)
    return _Lines(iterable, **{'mininterval': SECONDS_BETWEEN_LINES, 'miniters': 1, **options})


class _Lines(tqdm):
    """Ends each state of a bar by a new line."""

    @staticmethod
    def status_printer(file: Any) -> partial[None]:
        return partial(_write_line, file)


def _write_line(file: Any, state: str) -> None:
    if state.strip():
        file.write(f'{state}\n')
        file.flush()
