"""Test a checkpoint.

Examples:
    python tools/test.py configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_10.pth --out results.json --dump predictions.json
"""

import argparse

from mmfer.engine import load_config, test
from mmfer.engine.cli import add_config_options, friendly_errors, given_path, output_file
from mmfer.engine.config import LAUNCHERS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument(
        '--out', type=output_file, metavar='JSON', help='write the metrics to this file'
    )
    parser.add_argument(
        '--dump', type=output_file, metavar='JSON', help='write all predictions to this file'
    )
    parser.add_argument(
        '--show-dir', type=given_path, help='write the test images with their classes here'
    )
    parser.add_argument('--tta', action='store_true', help='average over augmented views')
    parser.add_argument(
        '--work-dir', type=given_path, help='folder for logs; default: work_dirs/CONFIG'
    )
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none')
    add_config_options(parser)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    cfg = load_config(args.config, args.work_dir, args.cfg_options, args.launcher)
    test(cfg, args.checkpoint, args.out, args.dump, args.show_dir, args.tta)


if __name__ == '__main__':
    main()
