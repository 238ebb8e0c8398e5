"""Measure parameters, FLOPs and latency of a network before and after pruning, in one run.

The network has random weights. Its batch norm scales have the distribution of a trained network,
which may be narrower: see mmfer.engine.pruning.copy_scale_distribution. Every round measures all
networks in turn, and changes are relative to the unpruned network in the same round.

Example:
    python tools/analysis_tools/pruned_speed.py \\
        configs/multi_region/multi_region_vgg16bn_rafdb.py \\
        --scales work_dirs/table5/table5_multi_region/seed0/epoch_16.pth --round-to 8
"""

import argparse
from copy import deepcopy

import torch

from mmfer.engine import load_config
from mmfer.engine.benchmark import benchmark_model, input_shape
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.engine.pruning import copy_scale_distribution, prune_model
from mmfer.engine.speed.model_speed import Measurement, benchmark
from mmfer.markdown import markdown_table


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', type=given_path, help='config of the network')
    parser.add_argument(
        '--scales', type=given_path, required=True, metavar='CHECKPOINT', help='the trained network'
    )
    parser.add_argument('--ratios', nargs='+', type=float, default=[0.4, 0.5, 0.6])
    parser.add_argument('--round-to', type=int, default=1, metavar='N')
    parser.add_argument('--size', type=int, default=224, help='image size in pixels')
    parser.add_argument('--batch-size', type=int, default=1)
    parser.add_argument('--repeats', type=int, default=7, help='rounds')
    parser.add_argument(
        '--seconds', type=float, default=2.0, help='duration of each network in a round'
    )
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    whole = benchmark_model(load_config(args.config), 'cpu')
    copy_scale_distribution(whole, load_from_disk(str(args.scales), 'cpu')['state_dict'])
    models = {'0 %': whole}
    for ratio in args.ratios:
        models[f'{100 * ratio:g} %'] = pruned = deepcopy(whole)
        prune_model(pruned, torch.randn(1, *input_shape(pruned, args.size)), ratio, args.round_to)
    results = benchmark(
        models, (args.batch_size,), args.size, repeats=args.repeats, seconds=args.seconds
    )
    print(
        f'{args.config.stem}, cpu, {torch.get_num_threads()} threads, {args.size} px, batch '
        f'{args.batch_size}, channels in multiples of {args.round_to}, PyTorch {torch.__version__}'
    )
    print(format_rows(results, args.batch_size))


def format_rows(results: list[Measurement], batch: int) -> str:
    """A Markdown table."""
    head = ['pruned', 'parameters', 'change', 'FLOPs', 'change', 'latency', 'change']
    rows: list[list[str]] = []
    first = results[0]
    for result in results:
        rows.append(
            [
                result.name,
                f'{result.parameters / 1e6:.2f} M',
                f'{100 * (result.parameters / first.parameters - 1):+.2f} %',
                f'{result.flops / 1e9:.2f} G',
                f'{100 * (result.flops / first.flops - 1):+.2f} %',
                f'{1000 * batch / result.speed[batch].median:.0f} ms',
                f'{100 * (1 / result.speed[batch].ratio - 1):+.2f} %',
            ]
        )
    return markdown_table(head, rows, align_right=True)


if __name__ == '__main__':
    main()
