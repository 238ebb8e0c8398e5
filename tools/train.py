"""Train the model of a config.

Examples:
    python tools/train.py configs/rald/rald_r18_synthetic.py
    python tools/train.py configs/rald/rald_r18_synthetic.py --resume
    python tools/train.py configs/rald/rald_r18_synthetic.py --cfg-options epochs=20
"""

import argparse

from mmfer.engine import load_config, train
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.config import LAUNCHERS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument(
        '--work-dir', type=given_path, help='for checkpoints and logs; default: work_dirs/CONFIG'
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const=True,
        default=False,
        metavar='CKPT',
        help='resume from CKPT, or from the last checkpoint in the work directory',
    )
    parser.add_argument('--amp', action='store_true', help='train in mixed precision')
    parser.add_argument('--seed', type=int, help='replaces the seed of the config')
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the batch size over all devices',
    )
    parser.add_argument('--no-validate', action='store_true', help='do not validate')
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none')
    add_config_options(parser)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    cfg = load_config(args.config, args.work_dir, args.cfg_options, args.launcher)
    train(cfg, args.resume, args.amp, args.seed, args.auto_scale_lr, not args.no_validate)


if __name__ == '__main__':
    main()
