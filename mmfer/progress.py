"""Progress bars that keep log files short."""

import os
import sys
from collections.abc import Iterable
from functools import partial
from typing import Any

from tqdm import tqdm
from tqdm.utils import ObjectWrapper

SECONDS_BETWEEN_LINES = 30.0
"""How often a bar is written where it cannot replace its last line, such as in a log file."""
USUAL_SIZE = os.terminal_size((80, 24))
"""The columns and rows of a terminal that does not say them, in which tqdm would show nothing."""


def progress_bar(iterable: Iterable[Any] | None = None, **options: Any) -> tqdm:
    """A bar of tqdm on the standard error.

    In a terminal or a notebook it is tqdm's own; in a file or a pipe it writes a line every
    :data:`SECONDS_BETWEEN_LINES` instead of ten lines a second. A program without a standard error,
    such as one with windows alone, gets a bar that writes nothing.

    Args:
        iterable: What is counted; None to count with ``update``.
        options: The options of tqdm.

    Example:
        >>> for face in progress_bar(faces, unit='face'):  # doctest: +SKIP
        ...     read(face)
    """
    stream = sys.stderr
    if stream is None or getattr(stream, 'closed', False):
        return tqdm(iterable, **{**options, 'disable': True})
    if 'ipykernel' in sys.modules:
        return tqdm(iterable, **options)
    if hasattr(stream, 'isatty') and stream.isatty():
        return tqdm(iterable, **{**_missing_size(stream), **options})
    rare = {'mininterval': SECONDS_BETWEEN_LINES, 'miniters': 1, 'file': _Log(stream)}
    return _Lines(iterable, **{**rare, **options})


def _missing_size(stream: Any) -> dict[str, int]:
    """Options of tqdm for a terminal that does not say its size, as in some containers."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return {}
    return {} if all(size) else {'ncols': USUAL_SIZE.columns, 'nrows': USUAL_SIZE.lines}


class _Lines(tqdm):
    """Ends each state of a bar by a new line, and never moves the cursor."""

    @staticmethod
    def status_printer(file: Any) -> partial[None]:
        return partial(_write_line, file)

    def moveto(self, n: int) -> None:
        """Nested bars follow each other."""


class _Log(ObjectWrapper):
    """The stream of :class:`_Lines`, without the empty lines and returns of tqdm."""

    def write(self, text: str) -> None:
        if text.strip():
            self._wrapped.write(text)


def _write_line(file: Any, state: str) -> None:
    if state.strip():
        file.write(f'{state}\n')
        file.flush()
