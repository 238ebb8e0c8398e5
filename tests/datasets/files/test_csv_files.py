from pathlib import Path

import pytest

from mmfer.datasets.files.csv_files import check_columns, csv_rows, csv_table

ROWS = [(1, ['path', 'label']), (2, ['a b.jpg', 'happy']), (4, ['c,d.jpg', 'sad'])]


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig'])
@pytest.mark.parametrize('end', ['\n', '\r\n'])
def test_what_spreadsheets_add_does_not_matter(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / 'rows.csv'
    lines = ['path , label', ' a b.jpg,happy ', ' ,', '"c,d.jpg", sad', '']
    path.write_bytes(end.join(lines).encode(encoding))
    assert list(csv_rows(path)) == ROWS


def test_other_encodings_stop(tmp_path: Path) -> None:
    path = tmp_path / 'rows.csv'
    path.write_text('path,label\na.jpg,happy\n', encoding='utf-16')
    with pytest.raises(ValueError, match=r'rows\.csv" cannot be read after line 0: .*UTF-8'):
        list(csv_rows(path))


@pytest.mark.parametrize('row', ['a.jpg', 'a,b.jpg,happy'])
def test_a_row_of_another_length_is_located(tmp_path: Path, row: str) -> None:
    path = tmp_path / 'rows.csv'
    path.write_text(f'path,label\nx.jpg,happy\n{row}\n')
    head, rows = csv_table(path)
    assert head == ['path', 'label']
    assert next(rows) == (f'{path}, line 2', ['x.jpg', 'happy'])
    with pytest.raises(ValueError, match=r'line 3: \d cells below 2 columns'):
        next(rows)


def test_columns_are_checked(tmp_path: Path) -> None:
    check_columns(tmp_path, ['a', 'b', 'c'], ('c', 'a'))
    with pytest.raises(ValueError, match='lacks the columns d, e'):
        check_columns(tmp_path, ['a'], ('a', 'd', 'e'))
    (tmp_path / 'empty.csv').touch()
    assert csv_table(tmp_path / 'empty.csv')[0] == []
