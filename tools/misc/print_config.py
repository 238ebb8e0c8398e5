"""Print a config with all inherited settings.

Examples:
    python tools/misc/print_config.py configs/rald/rald_r18_synthetic.py \\
        --cfg-options epochs=20
"""

import argparse

from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    add_config_options(parser)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    print(load_config(args.config, options=args.cfg_options).pretty_text)


if __name__ == '__main__':
    main()
