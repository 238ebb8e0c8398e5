"""Compare the speed, size and memory of the models of several configs, with random weights.

Ratios are relative to the first config, in the same process and round.

Examples:
    python tools/analysis_tools/benchmark.py \
        configs/rald/ablations/table3_a_none.py configs/rald/rald_r18_fgemotions.py
"""

import argparse

import torch

from mmfer.engine import load_config
from mmfer.engine.benchmark import benchmark, benchmark_model, format_table
from mmfer.engine.cli import friendly_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('configs', nargs='+', help='config files; the first is the reference')
    parser.add_argument('--batch-sizes', nargs='+', type=int, default=[1, 128])
    parser.add_argument('--size', type=int, default=224, help='image size in pixels')
    parser.add_argument('--repeats', type=int, default=5, help='rounds')
    parser.add_argument(
        '--seconds', type=float, default=1.0, help='duration of each model in a round'
    )
    parser.add_argument('--train', action='store_true', help='measure training, too')
    parser.add_argument('--amp', action='store_true', help='mixed precision')
    parser.add_argument('--device', choices=('cpu', 'cuda'), help='default: cuda if there is one')
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    if len(set(args.configs)) < len(args.configs):
        raise ValueError('A config is given twice: give each config once.')
    device = args.device or ('cuda' if torch.cuda.is_available() else 'cpu')
    models = {path: benchmark_model(load_config(path), device) for path in args.configs}
    results = benchmark(
        models, args.batch_sizes, args.size, args.repeats, args.seconds, args.amp, args.train
    )
    print(
        f'{device}, {torch.get_num_threads()} threads, {args.size} px, PyTorch {torch.__version__}'
    )
    print(format_table(results))


if __name__ == '__main__':
    main()
