from pathlib import Path

import pytest

from mmfer.datasets.files import text_files
from mmfer.datasets.files.text_files import open_text, read_lines

TEXT = 'pfad 高\n\n b \n'
LINES = [(1, 'pfad 高'), (3, 'b')]


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16'])
@pytest.mark.parametrize('end', ['\n', '\r\n', '\r'])
def test_byte_order_marks_and_line_ends_are_recognized(
    tmp_path: Path, encoding: str, end: str
) -> None:
    path = tmp_path / 'a.txt'
    path.write_bytes(TEXT.replace('\n', end).encode(encoding))
    assert read_lines(path) == LINES


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / 'a.txt'
    path.write_bytes(b'a\nb\n' + TEXT.encode('gb18030'))
    with pytest.raises(ValueError, match=r'a\.txt, line 3 is not text in UTF-8.*gb18030') as caught:
        read_lines(path)
    assert not isinstance(caught.value, UnicodeError)
    assert read_lines(path, 'gb18030')[2:] == [(3, 'pfad 高'), (5, 'b')]
    with pytest.raises(ValueError, match="encoding='klingon' is unknown"):
        open_text(path, 'klingon')
    with pytest.raises(ValueError, match='is not text in ascii'):
        read_lines(path, 'ascii')


def test_line_length_and_file_size_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, 'LONGEST_LINE', 10)
    path = tmp_path / 'a.txt'
    path.write_text('0123456789\n')
    with pytest.raises(ValueError, match='line 1 has more than 10 characters'):
        read_lines(path)
    path.write_bytes(b'a\nb\0\n')
    with pytest.raises(ValueError, match=r'a\.txt, line 2: the line contains zero bytes'):
        read_lines(path)
    with pytest.raises(FileNotFoundError, match='no file'):
        read_lines(tmp_path / 'no.txt')
