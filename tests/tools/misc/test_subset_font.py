from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.ttCollection import TTCollection

from tests.helpers import run_tool
from tests.visualization.test_fonts import write_font


def test_a_family_of_a_collection_is_cut_down(tmp_path: Path) -> None:
    collection = TTCollection()
    for family in ('Made Up', 'Other'):
        font = write_font(tmp_path / 'one.ttf', family, 'a高兴嬲')
        collection.fonts.append(TTFont(font))
    collection.save(tmp_path / 'two.ttc')
    out = tmp_path / 'out' / 'small.ttf'
    run = run_tool('misc/subset_font.py', tmp_path / 'two.ttc', 'Other', out)
    assert run.stdout.strip() == f'Wrote {out}: 3 characters of Other.'
    small = TTFont(out)
    assert sorted(map(chr, small.getBestCmap())) == ['a', '兴', '高']
    assert small['name'].getDebugName(1) == 'Other Common'


@pytest.mark.parametrize(
    ('name', 'family', 'said'),
    [('one.ttf', 'Other', "has no family 'Other', but Made Up"), ('no.ttf', 'Other', 'is no font')],
)
def test_what_is_no_such_font_is_said(tmp_path: Path, name: str, family: str, said: str) -> None:
    write_font(tmp_path / 'one.ttf', 'Made Up', 'a')
    (tmp_path / 'no.ttf').write_bytes(b'no font')
    run = run_tool(
        'misc/subset_font.py', tmp_path / name, family, tmp_path / 'out.ttf', check=False
    )
    assert (
        run.returncode == 1
        and said in run.stderr
        and name in run.stderr
        and 'Traceback' not in run.stderr
    )
