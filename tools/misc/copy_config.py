"""Copy a shipped config to a file of yours, to change it.

The bases that it inherits stay those of the installed mmfer, so the copy works in any folder.

Examples:
    mmfer copy-config resnet18_my_folder mine.py
    mmfer train mine.py
"""

import argparse
from pathlib import Path

from mmfer.engine.cli import friendly_errors, given_path
from mmfer.engine.configuration.config_source import moved_source
from mmfer.files import write_atomically
from mmfer.resources import find_config


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='a shipped config, see `mmfer list configs`')
    parser.add_argument('out', type=given_path, help='the file to write, such as mine.py')
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    out: Path = args.out
    if out.suffix != '.py':
        raise ValueError(f'"{out}" must end in .py: configs are Python files.')
    if out.exists():
        raise ValueError(f'"{out}" is there already. Give another file, or remove it first.')
    write_atomically(out, moved_source(find_config(args.config)))
    print(f'{out} is yours to change. Train with: mmfer train {out}')


if __name__ == '__main__':
    main()
