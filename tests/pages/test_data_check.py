from pathlib import Path

import pytest

from mmfer.datasets.care.findings import Finding
from mmfer.pages.data_check import check_text, verdict, write_check
from tests.pages.html_page import ReadPage

ROWS = [[f'{number}.png', '<b>damaged</b>'] for number in range(14)]
FINDINGS = [
    Finding('Images', '14 images are broken.', True, ROWS, ['image', 'problem']),
    Finding('Persons', 'The persons are not known.'),
]


def test_the_text_shows_some_rows_and_the_faults():
    text = check_text(FINDINGS)
    assert '## Images: FAULT' in text and '## Persons\n' in text
    assert '9.png' in text and '10.png' not in text and 'and 4 more.' in text
    assert text.endswith('1 of 2 checks found a fault: Images.')
    assert verdict(FINDINGS[1:]) == 'No fault was found.'


def test_both_pages_show_all_rows(tmp_path: Path):
    for name in ('check.html', 'check.md'):
        write_check(FINDINGS, 'Check of mine.py', tmp_path / name)
        assert '13.png' in (tmp_path / name).read_text()
    found = ReadPage((tmp_path / 'check.html').read_text())
    assert '<b>damaged</b>' in found.texts and 'b' not in found.tags


def test_another_format_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match=r'suffix .html or .md'):
        write_check(FINDINGS, 'x', tmp_path / 'check.pdf')
