"""Render a labelled data set of faces in the files of a real one.

Example:
    python tools/render_synthetic.py fgemotions data/synthetic/fgemotions --preset small --workers 2
"""

import argparse
import sys
from collections.abc import Sequence

from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts import LAYOUTS
from mmfer.synthetic.layouts.presets import NOISE_KINDS, PRESETS


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Render labelled faces (renderings, not photographs of people) in the files '
        'of a real data set. The same options give the same bytes; a killed run goes on when '
        'called again.'
    )
    parser.add_argument('layout', choices=sorted(LAYOUTS), help='data set whose files are written')
    parser.add_argument('out', help='folder to write, e.g. data/synthetic/fgemotions')
    parser.add_argument('--preset', choices=list(PRESETS), default='small')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--workers', type=int, default=1, help='number of processes')
    parser.add_argument(
        '--size',
        type=int,
        help="width and height in pixels (height of casme2's frames), not the preset's",
    )
    parser.add_argument(
        '--images', type=int, help="images (clips of casme2) in all splits, not the preset's number"
    )
    parser.add_argument(
        '--label-noise', type=float, default=0.0, help='share of training labels that are moved'
    )
    parser.add_argument(
        '--noise-kind', choices=NOISE_KINDS, default='other-coarse', help='where they move to'
    )
    parser.add_argument(
        '--blinks', type=float, default=0.0, help='share of clips in which the eyes blink (casme2)'
    )
    parser.add_argument(
        '--no-oddities',
        dest='oddities',
        action='store_false',
        help="plant none of the oddities of the real files (casme2's coding file and frames)",
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Render, and say where the result is."""
    args = parse_args(argv)
    try:
        root = generate(**vars(args))
    except ValueError as error:
        print(f'Error: {error}', file=sys.stderr)
        return 2
    print(f'Images and labels: {root}')
    print(f'Truth of each image: {root / "annotations"}')
    print(f'Examples of each class: {root / "contact_sheet.jpg"}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
