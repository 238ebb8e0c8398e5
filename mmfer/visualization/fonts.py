"""Fonts for text that the font of Matplotlib cannot draw, such as Chinese class names.

mmfer ships the common simplified Chinese characters, those of the first level of GB 2312. Other
characters are drawn with a font that is installed on the system.
"""

import itertools
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

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


@dataclass(frozen=True)
class TextFont:
    """Draws texts, each letter with a font that has it.

    Args:
        size: The height in pixels.
        fallbacks: The fonts beside that of Matplotlib.
    """

    size: int
    fallbacks: tuple[FontFace, ...] = ()

    def getlength(self, text: str) -> float:
        """The width of a text in pixels."""
        return sum(font.getlength(part) for font, part in self.runs(text))

    def draw(
        self,
        draw: ImageDraw.ImageDraw,
        place: tuple[float, float],
        text: str,
        fill: str | tuple[int, int, int],
        middle: bool = False,
    ) -> None:
        """Draw a text.

        Args:
            draw: Draws into the image.
            place: x of the left end, and y of the upper end or of the middle.
            text: The text.
            fill: The color.
            middle: Whether y is that of the middle.
        """
        x, y = place
        ascent, descent = _load(str(_own_font()), self.size, 0).getmetrics()
        baseline = y + ((ascent - descent) / 2 if middle else ascent)
        for font, part in self.runs(text):
            draw.text((x, baseline), part, fill, font, anchor='ls')
            x += font.getlength(part)

    def runs(self, text: str) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        """The parts of a text with their fonts: one font, if it has all letters of the text."""
        text = text.replace('\u3000', '  ')  # a wide space, which Latin fonts lack
        own = FontFace(str(_own_font()), 0, '')
        faces, letters = (own, *self.fallbacks), _visible([text])
        faces = next(((face,) for face in faces if letters <= _characters(face.path)), faces)

        def chosen(letter: str) -> FontFace:
            return next((face for face in faces if letter in _characters(face.path)), faces[0])

        return [
            (_load(face.path, self.size, face.index), ''.join(part))
            for face, part in itertools.groupby(text, chosen)
        ]


def sans_serif(size: int, texts: Iterable[str] = ()) -> TextFont:
    """A font for texts in an image, ``size`` pixels high.

    The font is that of Matplotlib; for letters that it lacks, the shipped one or installed ones. A
    warning names letters that none of them has; these appear as boxes.

    Example:
        >>> sans_serif(14, ['高兴']).fallbacks[0].family
        'Noto Sans CJK SC Common'
    """
    return TextFont(size, _fallbacks(_lacking(texts)))


def add_fallback_font(texts: Iterable[str]) -> None:
    """Let Matplotlib draw texts, also if its own font lacks some of their characters.

    The shipped font or installed ones are appended to ``rcParams['font.family']``, so figures
    that are made afterwards use them for the characters that the first font lacks. A warning names
    characters that no font has.
    """
    for face in _fallbacks(_lacking(texts)):
        _add(face)


def _add(face: FontFace) -> None:
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
def _characters(path: str) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    return frozenset(map(chr, FT2Font(path).get_charmap()))


def _visible(texts: Iterable[str]) -> frozenset[str]:
    letters = {letter for text in texts for letter in text}
    return frozenset(one for one in letters if one.isprintable() and not one.isspace())


def _lacking(texts: Iterable[str]) -> frozenset[str]:
    """The characters of texts that the font of Matplotlib lacks."""
    letters = _visible(text for text in texts if not text.isascii())
    return letters - _characters(str(_own_font())) if letters else letters


@cache
def _fallbacks(letters: frozenset[str]) -> tuple[FontFace, ...]:
    """Fonts that together have the letters, those with most of them first."""
    found: list[FontFace] = []
    while letters:
        face, had = _best_font(letters)
        if face is None:
            warnings.warn(
                f'No font has the characters {"".join(sorted(letters))}, so figures and images '
                'show boxes instead. Install a font that has these characters, such as Noto '
                'Sans CJK for Chinese (on Debian: apt-get install fonts-noto-cjk).',
                stacklevel=4,
            )
            break
        found.append(face)
        letters -= had
    return tuple(found)


def _best_font(letters: frozenset[str]) -> tuple[FontFace | None, frozenset[str]]:
    """The font with most of the letters, and these; None if no font has any."""
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
            return face, found  # the fonts of the system need no look
        rank = -len(found), *place
        if found and (order is None or rank < order):
            best, had, order = face, found, rank
    return best, had


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
