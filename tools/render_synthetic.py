"""Render a labeled data set of faces in the file layout of a real data set.

Example:
    python tools/render_synthetic.py fgemotions data/synthetic/fgemotions --preset small --workers 2
"""

import argparse
from collections.abc import Sequence
from functools import partial

from mmfer.engine.cli import friendly_errors, given_path
from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts import LAYOUTS
from mmfer.synthetic.layouts.presets import NOISE_KINDS, PRESETS


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Render labeled faces (renderings, not photographs of people) in the file '
        'layout of a real data set. The same options give the same bytes. Run the same command '
        'again to continue a killed run.'
    )
    parser.add_argument(
        'layout', choices=sorted(LAYOUTS), help='data set whose file layout is written'
    )
    parser.add_argument(
        'out', type=given_path, help='folder to write, such as data/synthetic/fgemotions'
    )
    parser.add_argument('--preset', choices=list(PRESETS), default='small')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--workers', type=int, default=1, help='number of processes')
    parser.add_argument(
        '--size',
        type=int,
        help="width and height in pixels (of clips the height); default: the preset's size",
    )
    parser.add_argument(
        '--images', type=int, help="images or clips in all splits; default: the preset's"
    )
    parser.add_argument(
        '--label-noise', type=float, default=0.0, help='share of wrong training labels'
    )
    parser.add_argument(
        '--noise-kind', choices=NOISE_KINDS, default='other-coarse', help='classes of wrong labels'
    )
    parser.add_argument(
        '--blinks',
        type=float,
        help="share of clips in which the eyes blink; default: the preset's",
    )
    parser.add_argument(
        '--no-oddities',
        dest='oddities',
        action='store_false',
        help="do not plant the oddities of the real files (casme2's coding file and frames)",
    )
    return parser.parse_args(argv)


@partial(friendly_errors, exit_code=2)
def main(argv: Sequence[str] | None = None) -> None:
    """Render, and print the paths of the results."""
    root = generate(**vars(parse_args(argv)))
    print(f'Images and labels: {root}')
    print(f'Truth of each image: {root / "annotations"}')
    print(f'Examples of each class: {root / "contact_sheet.jpg"}')


if __name__ == '__main__':
    main()
