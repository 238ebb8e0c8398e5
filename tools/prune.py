"""Remove the least important channels of a trained model, and write the smaller model.

Writes to DIR the smaller model, CONFIG_pruned50.pth, and its config, CONFIG_pruned50.py, which
loads the smaller model: run `tools/train.py` with this config to fine-tune, or `tools/test.py`.
With --criterion random the names end in _pruned50-random, and so with others.

Examples:
    python tools/prune.py configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_10.pth --ratio 0.5 --out work_dirs/pruned
    python tools/train.py work_dirs/pruned/rald_r18_synthetic_pruned50.py
"""

import argparse

from mmfer.apis.pruning import prune_checkpoint, pruned_name
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.pruning.scores import CRITERIA


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', type=given_path, help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument(
        '--ratio', type=float, required=True, help='share of the prunable channels, 0 to 1'
    )
    parser.add_argument('--out', type=given_path, required=True, metavar='DIR', help='the folder')
    parser.add_argument(
        '--round-to', type=int, default=1, metavar='N', help='keep a multiple of N channels'
    )
    parser.add_argument(
        '--size', type=int, help="image size in pixels, for FLOPs; default: the config's"
    )
    parser.add_argument(
        '--criterion',
        choices=CRITERIA,
        help='what selects the channels of each layer; random is a control; default: the scales '
        'of batch norms, or else the weights of MLPs',
    )
    parser.add_argument('--seed', type=int, default=0, help='of the criterion random')
    add_config_options(parser)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    report = prune_checkpoint(
        args.config,
        args.checkpoint,
        args.out,
        args.ratio,
        args.round_to,
        args.size,
        args.cfg_options,
        args.criterion,
        args.seed,
    )
    print(report.format_table())
    name = pruned_name(args.config, args.ratio, args.criterion)
    print(f'\nWritten: {args.out / name}.pth and {args.out / name}.py')


if __name__ == '__main__':
    main()
