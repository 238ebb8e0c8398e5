"""Check the data sets of a config; the exit code is 1 if there are faults, 2 for other errors.

Counts against the official release, missing and broken images, the same image in the training and
another part or under two labels (by bytes and by what it shows), persons in two parts, the order of
the classes, the recorded alignment.

Examples:
    mmfer check mine.py
    mmfer check configs/resnet/resnet18_ferplus.py --out check.html
"""

import argparse
import sys
from functools import partial

from mmfer.apis.loading import read_config
from mmfer.datasets.care.check import check_data
from mmfer.engine.cli import add_config_options, friendly_errors, output_file
from mmfer.pages.data_check import check_text, write_check
from mmfer.progress import progress_bar
from mmfer.resources import find_config

SUFFIXES = ('.html', '.htm', '.md')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='a config with data sets')
    parser.add_argument(
        '--out', type=output_file, metavar='FILE', help='also write a page, .html or .md'
    )
    add_config_options(parser)
    return parser.parse_args()


@partial(friendly_errors, exit_code=2)
def main() -> None:
    args = parse_args()
    if args.out is not None and args.out.suffix.lower() not in SUFFIXES:
        raise ValueError(f'--out {args.out}: give a file with the suffix .html or .md.')
    config = read_config(find_config(args.config), args.cfg_options)  # it may lack a model
    findings = check_data(config, partial(progress_bar, unit='image'))
    print(check_text(findings))
    if args.out is not None:
        write_check(findings, f'Check of {args.config}', args.out)
        print(f'Page: {args.out}')
    sys.exit(any(finding.fault for finding in findings))


if __name__ == '__main__':
    main()
