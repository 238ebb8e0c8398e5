"""Fonts for characters that the font of Matplotlib lacks."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from mmfer.visualization import fonts
from mmfer.visualization.plots import plot_confusion


def write_font(path: Path, family: str, letters: str, style: str = 'Regular') -> Path:
    """Write a font in which each of the letters is a triangle; other letters are empty."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((900, 0))
    pen.lineTo((450, 800))
    pen.closePath()
    triangle, empty = pen.glyph(), TTGlyphPen(None).glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(['.notdef', 'letter'])
    builder.setupCharacterMap({ord(letter): 'letter' for letter in letters})
    builder.setupGlyf({'.notdef': empty, 'letter': triangle})
    builder.setupHorizontalMetrics({'.notdef': (1000, 0), 'letter': (1000, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({'familyName': family, 'styleName': style})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The font files of the system, none at first."""
    files: list[str] = []
    monkeypatch.setattr(font_manager, 'findSystemFonts', lambda: files)
    monkeypatch.setattr(fonts, 'SHIPPED', Path('/not/shipped.otf'))
    monkeypatch.setattr(font_manager.fontManager, 'ttflist', font_manager.fontManager.ttflist[:])
    fonts._fallbacks.cache_clear()
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter('error')
        yield files
    fonts._fallbacks.cache_clear()


def names(texts: list[str], size: int = 14) -> list[tuple[str | None, str | None]]:
    """The fonts of the first text's parts."""
    font = fonts.sans_serif(size, texts)
    return [part.getname() for part, _ in font.runs(texts[0])]


def test_text_that_the_own_font_has_needs_no_other(system: list[str]) -> None:
    system.append('/not/there.ttf')
    for texts in (['happiness'], ['Überraschung', 'joie à côté', '5 × 5']):
        assert names(texts) == [('DejaVu Sans', 'Book')]
        fonts.add_fallback_font(texts)
    assert 'DejaVu Sans' not in matplotlib.rcParams['font.family']
    assert fonts.sans_serif(14).runs('') == []


def test_the_font_with_most_of_the_letters_is_taken(system: list[str], tmp_path: Path) -> None:
    (tmp_path / 'broken.ttf').write_bytes(b'no font')
    system += [
        str(tmp_path / 'broken.ttf'),
        str(write_font(tmp_path / 'one.ttf', 'Noto Sans SC', '高')),
        str(write_font(tmp_path / 'bold.ttf', 'Made Up', '高兴', 'Bold')),
        str(write_font(tmp_path / 'two.ttf', 'Made Up', '高兴')),
    ]
    assert names(['高兴']) == [('Made Up', 'Regular')]
    assert names(['高']) == [('Noto Sans SC', 'Regular')]
    assert names(['joy']) == [('DejaVu Sans', 'Book')]


def test_letters_that_no_font_has_are_named_once(system: list[str], tmp_path: Path) -> None:
    said = 'No font has the characters 兴, so .* apt-get install fonts-noto-cjk'
    system.append(str(write_font(tmp_path / 'one.ttf', 'Made Up', '高')))
    with pytest.warns(UserWarning, match=said):
        assert names(['高兴']) == [('Made Up', 'Regular'), ('DejaVu Sans', 'Book')]
    assert names(['高兴'], 20)[0] == ('Made Up', 'Regular')
    with pytest.warns(UserWarning, match='the characters 愤, so'):
        assert names(['愤']) == [('DejaVu Sans', 'Book')]
    with pytest.warns(UserWarning, match='the characters 怒, so'):
        fonts.add_fallback_font(['怒'])
    assert matplotlib.rcParams['font.family'] == ['sans-serif']


def test_each_text_has_a_font_with_its_letters(system: list[str], tmp_path: Path) -> None:
    """A name in another script takes no letters from the others."""
    system += [
        str(write_font(tmp_path / 'one.ttf', 'Made Up', '高兴 joy')),
        str(write_font(tmp_path / 'two.ttf', 'Other', '愤')),
    ]
    font = fonts.sans_serif(14, ['高兴', 'Ärger', '愤 (高)'])

    def parts(text: str) -> list[tuple[str | None, str]]:
        return [(part.getname()[0], letters) for part, letters in font.runs(text)]

    assert parts('Ärger 5 %') == [('DejaVu Sans', 'Ärger 5 %')]
    assert parts('joy 高') == [('Made Up', 'joy 高')]
    assert parts('愤 (高)') == [
        ('Other', '愤'),
        ('DejaVu Sans', ' ('),
        ('Made Up', '高'),
        ('DejaVu Sans', ')'),
    ]
    assert font.getlength('Ä高') == font.getlength('Ä') + font.getlength('高') > 14
    assert parts('Ä\u3000') == [('DejaVu Sans', 'Ä  ')]


@pytest.mark.parametrize('middle', [False, True])
def test_a_name_looks_the_same_beside_names_in_other_scripts(middle: bool) -> None:
    def drawn(names: list[str]) -> np.ndarray:
        canvas = Image.new('L', (150, 50), 255)
        font = fonts.sans_serif(20, names)
        font.draw(ImageDraw.Draw(canvas), (5, 20), 'Ärger ßñø', 'black', middle)
        return np.asarray(canvas)

    np.testing.assert_array_equal(drawn(['Ärger ßñø']), drawn(['Ärger ßñø', '微笑']))
    assert drawn(['Ärger ßñø']).min() < 50


def test_images_show_the_letters(system: list[str], tmp_path: Path) -> None:
    system.append(str(write_font(tmp_path / 'one.ttf', 'Made Up', '高')))
    canvas = Image.new('L', (60, 60), 255)
    fonts.sans_serif(40, ['高']).draw(ImageDraw.Draw(canvas), (5, 5), '高', 'black')
    widths = (np.asarray(canvas) < 128).sum(axis=1)
    widths = widths[widths > 0]
    assert len(widths) > 25 and (np.diff(widths) >= 0).all() and widths[0] < 4 < widths[-1] / 5


def test_figures_show_the_letters_beside_those_of_the_own_font(
    system: list[str], tmp_path: Path
) -> None:
    """Matplotlib warns of a letter that it cannot draw, which is an error here."""
    system.append(str(write_font(tmp_path / 'one.ttf', 'Made Up', '高兴正面')))
    names = ['高兴 joy', 'fear']
    figure = plot_confusion({'a': np.eye(2)}, names, ['正面', 'negative'], [0, 1])
    figure.savefig(tmp_path / 'matrix.png')
    assert matplotlib.rcParams['font.family'] == ['sans-serif', 'Made Up']
    fonts.add_fallback_font(['高兴'])
    assert matplotlib.rcParams['font.family'] == ['sans-serif', 'Made Up']


def test_without_the_font_matplotlib_would_warn(system: list[str], tmp_path: Path) -> None:
    figure = Figure()
    figure.text(0.5, 0.5, '高兴')
    with pytest.warns(UserWarning, match='Glyph'):
        figure.savefig(tmp_path / 'text.png')


def test_the_shipped_font_has_common_characters(tmp_path: Path) -> None:
    """On a system without fonts, in images and in figures; 嬲 is a rare character."""
    code = f"""
import subprocess
import sys
import warnings
from matplotlib import font_manager, rcParams
from matplotlib.figure import Figure
font_manager.findSystemFonts = lambda: []
from mmfer.visualization.fonts import add_fallback_font, sans_serif
with warnings.catch_warnings():
    warnings.simplefilter('error')
    names = ['高兴', '愤怒', '厌恶', '恐惧', '悲伤', '惊讶', '轻蔑', '中性', '（其他）']
    print(*[font.getname() for font, _ in sans_serif(14, names).runs('高兴')])
    add_fallback_font(names)
    figure = Figure()
    figure.text(0.1, 0.5, ' '.join(names))
    figure.savefig({str(tmp_path / 'text.png')!r})
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter('always')
    sans_serif(14, ['嬲'])
print(said[0].message)
"""
    run = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, encoding='utf-8', check=True
    )
    family, warning = run.stdout.splitlines()
    assert family == "('Noto Sans CJK SC Common', 'Regular')"
    assert warning.startswith('No font has the characters 嬲, so')
    assert 'Open Font License' in (fonts.SHIPPED.parent / 'OFL.txt').read_text()
