"""Fonts for text that the font of Matplotlib cannot draw, such as Chinese class names.

mmfer ships the common simplified Chinese characters, those of the first level of GB 2312. Other
characters are drawn with a font that is installed on the system.
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

SHIPPED = Path(__file__).parent / 'assets' / 'noto-sans-sc.otf'
"""A part of Noto Sans CJK SC, under the SIL Open Font License 1.1 (in the same folder)."""
PREFERRED = (
    'Noto Sans CJK SC',
    'Noto Sans SC',
    'Source Han Sans SC',
    'Source Han Sans CN',
    'WenQuanYi Micro Hei',
    'WenQuanYi Zen Hei',
    'Microsoft YaHei',
    'PingFang SC',
    'Hiragino Sans GB',
    'SimHei',
)
"""Families that are taken before others with the same characters: clear, and with Chinese forms."""
MOST_FACES = 20
"""The number of faces of a font file that are looked at."""


@dataclass(frozen=True)
class FontFace:
    """A font on the disk: its file, its number in this file, and its family."""

    path: str
    index: int
    family: str


def sans_serif(size: int, texts: Iterable[str] = ()) -> ImageFont.FreeTypeFont:
    """A font for texts in an image, ``size`` pixels high.

    The font is that of Matplotlib; if the texts have other characters, the shipped one or an
    installed one. A warning names characters that none of them has; these appear as boxes.

    Example:
        >>> sans_serif(14, ['happiness']).getname()
        ('DejaVu Sans', 'Book')
    """
    face = _fallback(_lacking(texts))
    return _load(str(_own_font()), size, 0) if face is None else _load(face.path, size, face.index)


def add_fallback_font(texts: Iterable[str]) -> None:
    """Let Matplotlib draw texts, also if its own font lacks some of their characters.

    The shipped font or an installed one is appended to ``rcParams['font.family']``, so figures
    that are made afterwards use it for the characters that the first font lacks. A warning names
    characters that no font has.
    """
    face = _fallback(_lacking(texts))
    if face is None:
        return
    from matplotlib import rcParams
    from matplotlib.font_manager import fontManager

    if not any(known.fname == face.path for known in fontManager.ttflist):
        fontManager.addfont(face.path)
    # Matplotlib before 3.11 knows only the first face of a file.
    families = [known.name for known in fontManager.ttflist if known.fname == face.path]
    family = face.family if face.family in families else families[0]
    if family not in rcParams['font.family']:
        rcParams['font.family'] = [*rcParams['font.family'], family]


@cache
def _load(path: str, size: int, index: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index)


@cache
def _own_font() -> Path:
    import matplotlib  # takes long to import

    return Path(matplotlib.get_data_path()) / 'fonts' / 'ttf' / 'DejaVuSans.ttf'


@cache
def _own_characters() -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    return frozenset(map(chr, FT2Font(str(_own_font())).get_charmap()))


def _lacking(texts: Iterable[str]) -> frozenset[str]:
    """The characters of texts that the font of Matplotlib lacks."""
    letters = {letter for text in texts if not text.isascii() for letter in text}
    letters = {letter for letter in letters if letter.isprintable() and not letter.isspace()}
    return frozenset(letters - _own_characters()) if letters else frozenset()


@cache
def _fallback(letters: frozenset[str]) -> FontFace | None:
    """The font with most of the letters; None for no letters, or if no font has any."""
    if not letters:
        return None
    from matplotlib.font_manager import findSystemFonts
    from matplotlib.ft2font import FT2Font

    best, had = None, frozenset[str]()
    order: tuple[int, int, str] | None = None
    for path in (str(SHIPPED), *sorted(map(str, findSystemFonts()))):
        try:
            font = FT2Font(path)
            found = frozenset(one for one in letters if font.get_char_index(ord(one)))
            place, face = _best_face(path)
        except (OSError, RuntimeError):  # a damaged file, or a font without outlines
            continue
        if found == letters and path == str(SHIPPED):
            return face  # the fonts of the system need no look
        rank = -len(found), *place
        if found and (order is None or rank < order):
            best, had, order = face, found, rank
    if letters - had:
        warnings.warn(
            f'No font has the characters {"".join(sorted(letters - had))}, so figures and images '
            'show boxes instead. Install a font that has these characters, such as Noto '
            'Sans CJK for Chinese (on Debian: apt-get install fonts-noto-cjk).',
            stacklevel=4,
        )
    return best


def _best_face(path: str) -> tuple[tuple[int, str], FontFace]:
    """The preferred face of a font file, and its place among faces, smaller for better ones.

    Raises:
        OSError: If Pillow cannot read the file.
    """
    faces: list[tuple[tuple[int, str], FontFace]] = []
    for index in range(MOST_FACES):
        try:
            family, style = ImageFont.truetype(path, 10, index).getname()
        except OSError:  # after the last face
            if not faces:
                raise
            break
        family = str(family)
        rank = PREFERRED.index(family) if family in PREFERRED else len(PREFERRED)
        place = 2 * rank + (style != 'Regular'), family
        faces.append((place, FontFace(path, index, family)))
    return min(faces, key=lambda item: item[0])
