"""Cut a font down to the common Chinese characters: ASCII and GB 2312's symbols and first level.

Example:
    python tools/misc/subset_font.py NotoSansCJK-Regular.ttc 'Noto Sans CJK SC' \\
        mmfer/visualization/assets/noto-sans-sc.otf
"""

import argparse
import io
import itertools
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.ttCollection import TTCollection

from mmfer.engine.cli import friendly_errors, output_file
from mmfer.files import write_atomically

SYMBOLS, FIRST_LEVEL = range(0xA1, 0xAA), range(0xB0, 0xD8)
"""Rows of GB 2312 as the first byte in EUC-CN."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', help='a font or a collection of fonts')
    parser.add_argument('family', help='the family to take')
    parser.add_argument('out', type=output_file, help='the font file to write')
    return parser.parse_args()


def common_characters() -> set[str]:
    """ASCII, the symbols of GB 2312, and the 3,755 characters of its first level."""
    rows = itertools.product([*SYMBOLS, *FIRST_LEVEL], range(0xA1, 0xFF))
    return {*map(chr, range(32, 127)), *''.join(bytes(x).decode('gb2312', 'ignore') for x in rows)}


def member(source: str, family: str) -> TTFont:
    """The font of a family in a file.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If the file is no font or has no such family.
    """
    content = Path(source).read_bytes()
    file = io.BytesIO(content)
    try:
        fonts = TTCollection(file).fonts if content[:4] == b'ttcf' else [TTFont(file)]
    except TTLibError as error:
        raise ValueError(f'{source} is no font: {error}') from error
    families = [font['name'].getDebugName(1) for font in fonts]
    if family not in families:
        raise ValueError(f'{source} has no family {family!r}, but {", ".join(families)}.')
    return fonts[families.index(family)]


@friendly_errors
def main() -> None:
    args = parse_args()
    font = member(args.source, args.family)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, common_characters()))
    subsetter.subset(font)
    for name_id in (1, 4):  # another name than that of the whole font, which may be installed
        font['name'].setName(f'{args.family} Common', name_id, 3, 1, 0x409)
    content = io.BytesIO()
    font.save(content)
    write_atomically(args.out, content.getvalue())
    print(f'Wrote {args.out}: {len(font.getBestCmap()):,} characters of {args.family}.')


if __name__ == '__main__':
    main()
