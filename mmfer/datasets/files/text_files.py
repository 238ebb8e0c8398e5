"""Text files in several encodings, with a limit on the length of lines."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from mmfer.reading import LONGEST_LINE, check_line, check_regular

MARKS = (
    (codecs.BOM_UTF8, 'utf-8-sig'),
    (codecs.BOM_UTF16_LE, 'utf-16'),
    (codecs.BOM_UTF16_BE, 'utf-16'),
)
"""The byte order marks of the recognized encodings."""
GUESSES = ('gb18030', 'shift_jis', 'euc_kr', 'cp1252')
"""Encodings to suggest for a file that is not UTF-8."""


def open_text(path: Path, encoding: str | None = None) -> TextIO:
    """Open a text file in UTF-8, in UTF-16 with a byte order mark, or in a given encoding.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If Python does not know the encoding.
    """
    check_regular(path)
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
            f"encoding={encoding!r} is unknown. Use an encoding of Python, such as 'gb18030'."
        ) from error


def lines_of(file: TextIO, path: Path, start: int = 0) -> Iterator[str]:
    """Yield the lines of a file, with line ends.

    Args:
        file: The open file.
        path: The path of the file, for messages.
        start: Number of lines read before.

    Raises:
        ValueError: If a line is too long, there are too many lines, or a line is not text in the
            encoding of the file.
    """
    number = start
    while True:
        number += 1
        try:
            line = file.readline(LONGEST_LINE + 1)
        except UnicodeError as error:
            raise ValueError(_not_text(file, path, number)) from error
        check_line(line, path, number, LONGEST_LINE)
        if '\0' in line:
            raise ValueError(
                f'{path}, line {number}: the line contains zero bytes, so the file is damaged, or '
                'is UTF-16 without a byte order mark. Save the file as UTF-8.'
            )
        if not line:
            return
        yield line


def read_lines(path: Path, encoding: str | None = None) -> list[tuple[int, str]]:
    """The number and the text of each line that is not blank.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: As in :func:`lines_of`.
    """
    with open_text(path, encoding) as file:
        lines = enumerate(lines_of(file, path), 1)
        return [(number, line.strip()) for number, line in lines if line.strip()]


def spaced_fields(line: str, where: str) -> list[str]:
    """The fields of a line of a list in which spaces or tabs separate.

    Args:
        line: The line.
        where: File and line, for messages.

    Raises:
        ValueError: If another character separates them, as in a list that a spreadsheet saved.
    """
    mark = next((mark for mark in ';,|' if mark in line), None)
    if mark is not None:
        raise ValueError(
            f'{where}: "{mark}" separates the fields of "{line[:60]}", but in this list spaces do. '
            f'Replace each "{mark}" of the file by a space, or copy the list from its release '
            'again.'
        )
    return line.split()


def _not_text(file: TextIO, path: Path, number: int) -> str:
    """The message for undecodable text, with the exact line for UTF-8 and suggested encodings."""
    if not file.encoding.lower().startswith('utf-8'):
        return (
            f'{path}, line {number} or a later line is not text in {file.encoding}. Save the file '
            'as UTF-8.'
        )
    number, line = _first_line_not_utf_8(path)
    fits = [name for name in GUESSES if _is_text(line, name)]
    perhaps = (
        f' Its encoding is perhaps {" or ".join(fits)}; ExpressionFolder takes it as csv_encoding.'
        if fits
        else ''
    )
    return f'{path}, line {number} is not text in UTF-8. Save the file as UTF-8.{perhaps}'


def _first_line_not_utf_8(path: Path) -> tuple[int, bytes]:
    number, line = 0, b''
    with path.open('rb') as file:
        # The decoder reads ahead of the requested line.
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
