"""Text files of every encoding that says what it is, within bounds."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

LONGEST_LINE = 1 << 20
"""The most characters of a line."""
MARKS = (
    (codecs.BOM_UTF8, 'utf-8-sig'),
    (codecs.BOM_UTF16_LE, 'utf-16'),
    (codecs.BOM_UTF16_BE, 'utf-16'),
)
"""The byte order marks of the encodings that are recognized."""
GUESSES = ('gb18030', 'shift_jis', 'euc_kr', 'cp1252')
"""Encodings to propose where a file is not UTF-8."""


def open_text(path: Path, encoding: str | None = None) -> TextIO:
    """Open a text file: UTF-8, UTF-16 with a byte order mark, or an encoding that is given.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If Python does not know the encoding.
    """
    if not path.is_file():
        raise FileNotFoundError(f'There is no file "{path}". Check the path.')
    if encoding is None:
        with path.open('rb') as file:
            head = file.read(4)
        encoding = next((name for mark, name in MARKS if head.startswith(mark)), 'utf-8')
    try:
        return path.open(newline='', encoding=encoding)
    except LookupError as error:
        raise ValueError(
            f"encoding={encoding!r} is not known. Use one of Python's, such as 'gb18030'."
        ) from error


def lines_of(file: TextIO, path: Path, start: int = 0) -> Iterator[str]:
    """The lines of a file, with their ends.

    Args:
        file: The open file.
        path: Its path, for messages.
        start: How many lines were read before.

    Raises:
        ValueError: If a line is too long, or is no text of the file's encoding.
    """
    number = start
    while True:
        number += 1
        try:
            line = file.readline(LONGEST_LINE + 1)
        except UnicodeError as error:
            raise ValueError(_not_text(file, path, number)) from error
        if len(line) > LONGEST_LINE:
            raise ValueError(
                f'{path}, line {number} has more than {LONGEST_LINE} characters, so it is no list '
                'or its line ends are lost. Take the file from its source again.'
            )
        if '\0' in line:
            raise ValueError(
                f'{path}, line {number}: it holds zero bytes, so the file is damaged, or UTF-16 '
                'without a byte order mark. Save it as UTF-8.'
            )
        if not line:
            return
        yield line


def read_lines(path: Path, encoding: str | None = None) -> list[tuple[int, str]]:
    """The number and the text of each line that is not blank.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: As :func:`lines_of`.
    """
    with open_text(path, encoding) as file:
        lines = enumerate(lines_of(file, path), 1)
        return [(number, line.strip()) for number, line in lines if line.strip()]


def _not_text(file: TextIO, path: Path, number: int) -> str:
    """Where the text ends, exactly for UTF-8, and encodings that would fit there."""
    if not file.encoding.lower().startswith('utf-8'):
        return f'{path}, line {number} or after it is no text in {file.encoding}. Save it as UTF-8.'
    number, line = _first_line_not_utf_8(path)
    fits = [name for name in GUESSES if _is_text(line, name)]
    proposed = f', or give its encoding, perhaps {" or ".join(fits)}' if fits else ''
    return f'{path}, line {number} is no text in UTF-8. Save the file as UTF-8{proposed}.'


def _first_line_not_utf_8(path: Path) -> tuple[int, bytes]:
    number, line = 0, b''
    with path.open('rb') as file:
        # Text is decoded some way ahead of the line asked for.
        while line := file.readline(LONGEST_LINE):
            number += 1
            if not _is_text(line, 'utf-8'):
                break
    return number, line


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True
