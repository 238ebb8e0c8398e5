"""Reading of files from outside, within bounds."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec

MOST_JSON_BYTES = 1 << 31
"""The maximum size of a JSON file."""
LONGEST_LINE = 1 << 20
"""The maximum length of a line of a text file, in characters or bytes."""
LONGEST_RESULT = 1 << 26
"""The same for a line of results: the faces of a large crowd have a few million bytes."""
MOST_LINES = 1 << 24
"""The maximum number of lines of a text file."""
HALF_CHARACTER = re.compile(r'\\u[dD][89a-fA-F]')
HALF = 'a text contains half of a character, which cannot be written again'
Number = Annotated[float, msgspec.Meta(ge=-1e300, le=1e300)]
"""A finite number, for :func:`check_form`."""


def check_form(value: Any, form: Any, where: str, remedy: str) -> None:
    """Check that a value of a JSON file has the types of a form.

    Args:
        value: The value.
        form: A type as in annotations, such as ``list[int]`` or a ``TypedDict``; fields that the
            form does not name may have any value.
        where: The file and the entry, for the message.
        remedy: What to do otherwise.

    Raises:
        ValueError: If the value has another type; the message names the field.

    Example:
        >>> check_form({'score': None}, dict[str, Number], 'a.json', 'Write it again.')
        Traceback (most recent call last):
        ValueError: a.json, [...]: expected float, got null. Write it again.
    """
    try:
        msgspec.convert(value, form)
    except UnicodeEncodeError as error:
        raise ValueError(f'{where}: {HALF}. {remedy}') from error
    except msgspec.ValidationError as error:
        reason, _, place = str(error).replace('`', '').partition(' - at ')
        place = place.removeprefix('$').lstrip('.')
        place = f'{where}, {place}' if place else where
        raise ValueError(f'{place}: {reason[:1].lower()}{reason[1:]}. {remedy}') from error


def whole_number(text: str) -> int | None:
    """The number written as 1 to 18 digits; None for any other text.

    ``int`` also reads digits of other scripts, ``1_000`` and numbers of thousands of digits.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def check_regular(path: str | Path) -> None:
    """Check that a path, if it exists, is a file that can be read to its end.

    Raises:
        ValueError: If the path is a folder, a pipe, a socket or a device.
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        kind = 'a folder' if path.is_dir() else 'a pipe, a socket or a device'
        raise ValueError(f'"{path}" is {kind}, not a file. Give the path of a file.')


def read_json(path: str | Path, what: str = 'file', remedy: str = 'Write the file again.') -> Any:
    """The content of a JSON file.

    Args:
        path: The file.
        what: What the file is, for messages, such as ``'label tree'``.
        remedy: What to do if the file is damaged.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not JSON in UTF-8, is nested too deeply, or is too large.
    """
    path = Path(path)
    check_regular(path)
    if not path.is_file():
        raise FileNotFoundError(f'There is no {what} "{path}". Check the path.')
    if path.stat().st_size > MOST_JSON_BYTES:
        raise ValueError(
            f'The {what} "{path}" has {path.stat().st_size} bytes, more than {MOST_JSON_BYTES}. '
            f'{remedy}'
        )
    try:
        text = path.read_bytes().decode('utf-8-sig')
    except ValueError as error:
        raise ValueError(f'The {what} "{path}" is not JSON: {error}. {remedy}') from error
    return parse_json(text, f'{what} "{path}"', remedy)


def parse_json(text: str, what: str, remedy: str) -> Any:
    """The value of a JSON text.

    Args:
        text: The text.
        what: What the text is and where, for messages.
        remedy: What to do if the text is damaged.

    Raises:
        ValueError: If the text is not JSON, or is nested too deeply.
    """
    try:
        content = json.loads(text)
        if HALF_CHARACTER.search(text):
            json.dumps(content, ensure_ascii=False).encode()
        return content
    except UnicodeEncodeError as error:
        raise ValueError(f'The {what}: {HALF}. {remedy}') from error
    except RecursionError as error:
        raise ValueError(
            f'The {what} is not JSON that can be read: it is nested too deeply. {remedy}'
        ) from error
    except ValueError as error:
        raise ValueError(f'The {what} is not JSON: {error}. {remedy}') from error


def binary_lines(file: BinaryIO, path: Path, longest: int = LONGEST_LINE) -> Iterator[bytes]:
    """Yield the lines of a file, with line ends.

    Args:
        file: The open file.
        path: The path of the file, for messages.
        longest: The maximum length of a line, in bytes.

    Raises:
        ValueError: If a line is too long, or there are too many lines.
    """
    number = 0
    while line := file.readline(longest + 1):
        number += 1
        check_line(line, path, number, longest)
        yield line


def check_line(line: str | bytes, path: Path, number: int, longest: int = LONGEST_LINE) -> None:
    """Check the length and the number of a line.

    Raises:
        ValueError: If the line is too long, or there are too many lines.
    """
    if len(line) > longest:
        raise ValueError(
            f'{path}, line {number} has more than {longest} characters, so the file is not a '
            'list, or its line ends are lost. Copy the file from its source again.'
        )
    if number > MOST_LINES:
        raise ValueError(f'"{path}" has more than {MOST_LINES} lines. Divide the file.')
