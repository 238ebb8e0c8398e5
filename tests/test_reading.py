"""Files that would fill the memory, hang, or break the reader."""

import os
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pytest

from mmfer import reading
from mmfer.reading import (
    Number,
    binary_lines,
    check_form,
    check_regular,
    read_json,
    whole_number,
)


def test_json_is_read_with_and_without_a_mark(tmp_path: Path) -> None:
    for mark in (b'', b'\xef\xbb\xbf'):
        (tmp_path / 'a.json').write_bytes(mark + '{"ä": [1, null]}'.encode())
        assert read_json(tmp_path / 'a.json') == {'ä': [1, None]}


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'[' * 200_000 + b']' * 200_000, 'nested too deeply'),
        (b'{"a":' * 200_000 + b'1' + b'}' * 200_000, 'nested too deeply'),
        (b'', 'is not JSON'),
        (b'{"a": \xb1}', 'is not JSON'),
        (b'9' * 10_000, 'is not JSON'),
        (b'["\\ud800"]', 'half of a character'),
    ],
)
def test_what_is_no_json_is_an_error_with_the_path(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / 'a.json').write_bytes(content)
    with pytest.raises(ValueError, match=rf'label tree ".*a\.json".*{message}.*Draw it again\.'):
        read_json(tmp_path / 'a.json', 'label tree', 'Draw it again.')


def test_a_json_file_has_a_maximum_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'a.json').write_text('[1, 2, 3]')
    monkeypatch.setattr(reading, 'MOST_JSON_BYTES', 9)
    assert read_json(tmp_path / 'a.json') == [1, 2, 3]
    monkeypatch.setattr(reading, 'MOST_JSON_BYTES', 8)
    with pytest.raises(ValueError, match='has 9 bytes, more than 8'):
        read_json(tmp_path / 'a.json')


def test_pipes_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'a.json')
    with pytest.raises(ValueError, match=r'a\.json" is a pipe, a socket or a device'):
        read_json(tmp_path / 'a.json')
    with pytest.raises(ValueError, match='null" is a pipe, a socket or a device'):
        check_regular('/dev/null')
    check_regular(tmp_path / 'missing')
    with pytest.raises(FileNotFoundError, match='There is no file'):
        read_json(tmp_path / 'missing')


def test_lines_have_a_maximum_length_and_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / 'a.txt'
    path.write_bytes(b'a\n\r\nb')
    with path.open('rb') as file:
        assert list(binary_lines(file, path)) == [b'a\n', b'\r\n', b'b']
    monkeypatch.setattr(reading, 'MOST_LINES', 2)
    with path.open('rb') as file, pytest.raises(ValueError, match='has more than 2 lines'):
        list(binary_lines(file, path))
    path.write_bytes(b'a\n' + b'b' * (reading.LONGEST_LINE + 1))
    with path.open('rb') as file, pytest.raises(ValueError, match=r'a\.txt, line 2 has more than'):
        list(binary_lines(file, path))


class Form(TypedDict):
    name: str
    scores: NotRequired[list[Number]]


@pytest.mark.parametrize(
    ('value', 'message'),
    [
        (3, 'a.json: expected object, got int. Mend it.'),
        ({}, 'a.json: object missing required field name. Mend it.'),
        ({'name': None}, 'a.json, name: expected str, got null. Mend it.'),
        ({'\ud800': 1}, 'a.json: a text contains half of a character'),
        ({'name': 'a', 'scores': [1, 'b']}, 'a.json, scores[1]: expected float, got str. Mend it.'),
        ({'name': 'a', 'scores': [float('nan')]}, 'a.json, scores[0]: expected float >= -1e+300'),
        ({'name': 'a', 'scores': [float('inf')]}, 'a.json, scores[0]: expected float <= 1e+300'),
        ({'name': 'a', 'scores': [10**400]}, 'a.json, scores[0]: number out of range'),
    ],
)
def test_values_of_other_types_are_located(value: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_form(value, Form, 'a.json', 'Mend it.')
    assert str(caught.value).startswith(message)


def test_right_values_and_unknown_fields_are_accepted() -> None:
    check_form({'name': 'a', 'scores': [1, 0.5, -2e9], 'more': [{}]}, Form, 'a.json', '')


@pytest.mark.parametrize(
    ('text', 'number'),
    [('0', 0), ('0123', 123), ('9' * 18, 10**18 - 1)]
    + [(text, None) for text in ('', '-1', ' 1', '1.0', '1_0', '²', '٣', '9' * 19, '9' * 5000)],
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert whole_number(text) == number
