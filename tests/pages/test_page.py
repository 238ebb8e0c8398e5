from pathlib import Path

import pytest

from mmfer.pages.page import (
    Figure,
    Gallery,
    Listing,
    Section,
    Table,
    Text,
    render_page,
    write_page,
)
from tests.pages.html_page import ReadPage

BAD = '<script>alert(1)</script>'
IMAGE = 'data:image/png;base64,AAAA'


def page() -> str:
    blocks = [
        Text(BAD),
        Text('careful', warning=True),
        Table([BAD, 'n'], [[BAD, '1.50']]),
        Figure(IMAGE, f'"{BAD}', BAD),
        Gallery([Figure(IMAGE, 'a', right=True), Figure(IMAGE, 'b', right=False)]),
        Listing(BAD, f"x = '{BAD}'"),
    ]
    return render_page(BAD, [BAD], [Section(f'One {BAD}', blocks), Section('Empty', [])])


def test_texts_are_escaped_and_shown():
    found = ReadPage(page())
    assert 'script' not in found.tags
    assert found.text.count(BAD) == 11
    assert found.alts == [f'"{BAD}', 'a', 'b']


def test_nothing_is_loaded_from_elsewhere():
    found = ReadPage(page())
    assert all(address == IMAGE or address.startswith('#') for address in found.addresses)
    assert "default-src 'none'; img-src data:" in page()
    assert 'url(' not in page() and '@import' not in page()


def test_empty_sections_are_left_out():
    assert 'Empty' not in page()


@pytest.mark.parametrize(
    ('cells', 'numeric'),
    [
        (['1.50', '-', '', '12'], True),
        (['3.1 to 4.2', '-1.0 to 0.5', '+0.3', '< 0.0001', '1e-05'], True),
        (['12', 'RAF-DB'], False),
        (['work_dirs/a'], False),
    ],
)
def test_only_columns_of_numbers_are_numeric(cells: list[str], numeric: bool):
    assert Table(['a', 'b'], [['x', cell] for cell in cells]).numeric == [False, numeric]


def test_a_table_may_have_no_rows():
    html = render_page('t', [], [Section('s', [Table(['name'], [])])])
    assert 'name' in ReadPage(html).texts


def test_is_written_as_a_whole(tmp_path: Path):
    write_page(tmp_path / 'new' / 'page.html', '表情', [], [])
    assert '表情' in (tmp_path / 'new' / 'page.html').read_text(encoding='utf-8')
