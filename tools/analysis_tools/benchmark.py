"""Compare the speed, size and memory of the models of several configs, with random weights.

Ratios are relative to the first config, in the same process and round. With --runtimes, each model
is measured in PyTorch and, exported, in onnxruntime with float32 and int8, on the CPU; ratios are
then relative to PyTorch. With --training-options, whole training steps of each config are measured
on the CPU with each option that makes them faster, relative to float32 without options.

Examples:
    python tools/analysis_tools/benchmark.py \\
        configs/rald/ablations/table3_a_none.py configs/rald/rald_r18_fgemotions.py
    mmfer benchmark efficientnet-lite0_ferplus --size 80 --runtimes --batch-sizes 1 32
    mmfer benchmark configs/resnet/resnet18_ferplus.py --training-options --batch-sizes 16
"""

import argparse
from importlib.metadata import version

import torch
from torch import nn

from mmfer.apis.loaded_model import LoadedModel
from mmfer.engine import load_config
from mmfer.engine.benchmark import benchmark, benchmark_model, format_table
from mmfer.engine.cli import friendly_errors
from mmfer.engine.speed.runtime_speed import format_runtimes, runtime_speed
from mmfer.engine.speed.training_speed import format_training, training_speed
from mmfer.shipped_models import list_models


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'configs', nargs='+', help='config files, or shipped models; the first is the reference'
    )
    parser.add_argument('--batch-sizes', nargs='+', type=int, default=[1, 128])
    parser.add_argument('--size', type=int, default=224, help='image size in pixels')
    parser.add_argument('--repeats', type=int, default=5, help='rounds')
    parser.add_argument(
        '--seconds', type=float, default=1.0, help='duration of each model in a round'
    )
    parser.add_argument('--train', action='store_true', help='measure training, too')
    parser.add_argument('--amp', action='store_true', help='mixed precision')
    parser.add_argument(
        '--runtimes', action='store_true', help='compare PyTorch with onnxruntime, on the CPU'
    )
    parser.add_argument(
        '--training-options',
        action='store_true',
        help='compare training steps with channels last, bfloat16, a fused optimizer and all, on '
        'the CPU',
    )
    parser.add_argument(
        '--compile', action='store_true', help='with --training-options: torch.compile, too'
    )
    parser.add_argument(
        '--cpu-time',
        action='store_true',
        help='with --runtimes and --training-options: count CPU time, for one thread on a busy '
        'machine',
    )
    parser.add_argument('--device', choices=('cpu', 'cuda'), help='default: cuda if there is one')
    return parser.parse_args()


def read_model(name: str, device: str) -> nn.Module:
    """The model of a config with random weights, or a shipped model."""
    if name in list_models():
        shipped: nn.Module = LoadedModel.load(name, None, device).model
        return shipped
    return benchmark_model(load_config(name), device)


def print_runtimes(models: dict[str, nn.Module], args: argparse.Namespace) -> None:
    rows = []
    for name, model in models.items():
        found = runtime_speed(
            model, args.batch_sizes, args.size, args.repeats, args.seconds, args.cpu_time
        )
        rows += [[name, *row] for row in found]
    print(
        f'cpu, {torch.get_num_threads()} threads, {args.size} px, PyTorch {torch.__version__}, '
        f'onnxruntime {version("onnxruntime")}'
    )
    print(format_runtimes(rows, args.batch_sizes))


def print_training(args: argparse.Namespace) -> None:
    for batch in args.batch_sizes:
        rows = []
        for name in args.configs:
            found = training_speed(
                load_config(name),
                batch,
                args.size,
                args.repeats,
                args.seconds,
                args.compile,
                args.cpu_time,
            )
            rows += [[name, *row] for row in found]
        print(
            f'cpu, {torch.get_num_threads()} threads, {args.size} px, PyTorch {torch.__version__}'
        )
        print(format_training(rows, batch))


@friendly_errors
def main() -> None:
    args = parse_args()
    if len(set(args.configs)) < len(args.configs):
        raise ValueError('A config is given twice: give each config once.')
    if args.runtimes and (args.train or args.amp or args.device == 'cuda'):
        raise ValueError('--runtimes compares float32 predictions on the CPU: leave out the rest.')
    if args.training_options and (args.runtimes or args.train or args.amp or args.device == 'cuda'):
        raise ValueError('--training-options has its own choices, on the CPU: leave out the rest.')
    if args.compile and not args.training_options:
        raise ValueError('--compile belongs to --training-options: give both.')
    if args.training_options:
        print_training(args)
        return
    device = (
        args.device
        or ('cpu' if args.runtimes else None)
        or ('cuda' if torch.cuda.is_available() else 'cpu')
    )
    models = {path: read_model(path, device) for path in args.configs}
    if args.runtimes:
        print_runtimes(models, args)
        return
    results = benchmark(
        models, args.batch_sizes, args.size, args.repeats, args.seconds, args.amp, args.train
    )
    print(
        f'{device}, {torch.get_num_threads()} threads, {args.size} px, PyTorch {torch.__version__}'
    )
    print(format_table(results))


if __name__ == '__main__':
    main()
