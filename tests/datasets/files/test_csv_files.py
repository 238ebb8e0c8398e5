from pathlib import Path

import pytest

from mmfer.datasets.files.csv_files import check_columns, csv_rows, csv_table

ROWS = [(1, ['path', 'label']), (2, ['a b.jpg', 'happy']), (4, ['c,d.jpg', 'sad'])]


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig'])
@pytest.mark.parametrize('end', ['\n', '\r\n'])
def test_additions_of_spreadsheets_are_ignored(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / 'rows.csv'
    lines = ['path , label', ' a b.jpg,happy ', ' ,', '"c,d.jpg", sad', '']
    path.write_bytes(end.join(lines).encode(encoding))
    assert list(csv_rows(path)) == ROWS


def test_an_unknown_encoding_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / 'rows.csv'
    path.write_text('path,label\na.jpg,gl\xfccklich\n', encoding='cp1252')
    with pytest.raises(ValueError, match=r'rows\.csv, line 2 is not text in UTF-8.*cp1252'):
        list(csv_rows(path))
    assert list(csv_rows(path, 'cp1252'))[1] == (2, ['a.jpg', 'gl\xfccklich'])


@pytest.mark.parametrize('separator', [',', ';', '\t', '|'])
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-16'])
@pytest.mark.parametrize('head', ['', 'sep=?\r\n'])
def test_separators_are_recognized(
    tmp_path: Path, separator: str, encoding: str, head: str
) -> None:
    path = tmp_path / 'rows.csv'
    text = f'{head}path?label\r\n"a{separator}b.jpg"?happy\r\n'.replace('?', separator)
    path.write_bytes(text.encode(encoding))
    first = 2 if head else 1
    expected = [(first, ['path', 'label']), (first + 1, [f'a{separator}b.jpg', 'happy'])]
    assert list(csv_rows(path)) == expected


def test_a_single_column_needs_no_separator(tmp_path: Path) -> None:
    path = tmp_path / 'rows.csv'
    path.write_text('path\na;b\n')
    assert list(csv_rows(path)) == [(1, ['path']), (2, ['a;b'])]
    path.write_text('')
    assert list(csv_rows(path)) == []


def test_an_unclosed_quotation_mark_is_located(tmp_path: Path) -> None:
    path = tmp_path / 'rows.csv'
    path.write_text('path,label\na.jpg,sad\n"b.jpg,sad\nc.jpg,sad\nd.jpg,sad\n')
    with pytest.raises(ValueError, match=r'line 3: a cell spans 3 lines, because a quotation mark'):
        list(csv_rows(path))


def test_repeated_columns_and_surplus_cells_are_refused(tmp_path: Path) -> None:
    path = tmp_path / 'rows.csv'
    path.write_text('path,label,Label\na.jpg,sad,sad\n')
    with pytest.raises(ValueError, match='has the column "label" twice'):
        csv_table(path)
    path.write_text(',path,label,\n0,a.jpg,sad,,,\n')
    head, rows = csv_table(path)
    assert head == ['', 'path', 'label', ''] and next(rows)[1] == ['0', 'a.jpg', 'sad', '']


@pytest.mark.parametrize('row', ['a.jpg', 'a,b.jpg,happy'])
def test_a_row_of_another_length_is_located(tmp_path: Path, row: str) -> None:
    path = tmp_path / 'rows.csv'
    path.write_text(f'path,label\nx.jpg,happy\n{row}\n')
    head, rows = csv_table(path)
    assert head == ['path', 'label']
    assert next(rows) == (f'{path}, line 2', ['x.jpg', 'happy'])
    with pytest.raises(ValueError, match=r'line 3: \d cells for 2 columns'):
        next(rows)


def test_columns_are_checked(tmp_path: Path) -> None:
    check_columns(tmp_path, ['a', 'b', 'c'], ('c', 'a'))
    with pytest.raises(ValueError, match='lacks the columns d, e'):
        check_columns(tmp_path, ['a'], ('a', 'd', 'e'))
    (tmp_path / 'empty.csv').touch()
    assert csv_table(tmp_path / 'empty.csv')[0] == []
