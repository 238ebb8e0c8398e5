"""Measure the speed and memory of models: predictions, training steps, data, and what they cost.

All that is measured takes turns in rounds, in one process and on the same random images, with
random weights. Tables show medians; "rounds" are the smallest and the largest ratio of a round.
--out writes each round and the machine, --plot draws the ratios or the curve.

Without a mode, predictions of the configs are compared with those of the first one. Modes:

--runtimes          each model in PyTorch and, exported, in onnxruntime with float32 and int8
--training-options  whole training steps with each option of a config that makes them faster
--references        training steps beside a bare PyTorch loop, mmpretrain's classifier and timm
--curve             speed against batch, size, number of classes or images of RALD's attention
                    (context), or of the apex spotter against the frames of a clip (no config)
--data              the data loader of a config alone, and its share of the training step's time
--renderer          the renderer of made-up faces, and where its time goes (needs no config)

Examples:
    python tools/analysis_tools/benchmark.py \\
        configs/rald/ablations/table3_a_none.py configs/rald/rald_r18_fgemotions.py
    mmfer benchmark efficientnet-lite0_ferplus --size 80 --runtimes --batch-sizes 1 32
    mmfer benchmark configs/resnet/resnet18_ferplus.py --references --batch-sizes 16
    mmfer benchmark configs/rald/rald_r18_ferplus.py --curve context 8 32 128 --plot context.png
"""

import argparse

import torch
from mmengine.config import Config
from torch import nn

from mmfer.apis.loaded_model import LoadedModel
from mmfer.engine import load_config
from mmfer.engine.benchmark import benchmark_model
from mmfer.engine.cli import add_config_options, figure_file, friendly_errors, output_file
from mmfer.engine.speed.clip_speed import clip_speed
from mmfer.engine.speed.curves import LABELS, curve_speed
from mmfer.engine.speed.data_speed import data_speed
from mmfer.engine.speed.machine import Machine, busy_warning
from mmfer.engine.speed.model_speed import benchmark, rows_of
from mmfer.engine.speed.references import reference_speed
from mmfer.engine.speed.renderer_speed import renderer_speed
from mmfer.engine.speed.report import Row, plotted, speed_table, speeds_of
from mmfer.engine.speed.runtime_speed import runtime_speed
from mmfer.engine.speed.training_speed import trainable_model, training_speed
from mmfer.engine.speed.turns import Times
from mmfer.files import write_json
from mmfer.shipped_models import list_models


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'configs', nargs='*', help='config files, or shipped models; the first is the reference'
    )
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument(
        '--runtimes', action='store_true', help='compare PyTorch with onnxruntime, on the CPU'
    )
    modes.add_argument(
        '--training-options',
        action='store_true',
        help='compare training steps with channels last, bfloat16, a fused optimizer and all',
    )
    modes.add_argument(
        '--references',
        action='store_true',
        help='compare training steps with plain PyTorch, mmpretrain and timm',
    )
    modes.add_argument(
        '--curve',
        nargs='+',
        metavar=('NAME', 'VALUE'),
        help=f'measure at each value: {", ".join((*LABELS, "frames"))}, then numbers',
    )
    modes.add_argument('--data', action='store_true', help='measure the training data loader')
    modes.add_argument('--renderer', action='store_true', help='measure the renderer')
    parser.add_argument(
        '--batch-sizes',
        nargs='+',
        type=int,
        help='default: 1 and 128, for training steps 16; a curve takes the first',
    )
    parser.add_argument(
        '--size',
        type=int,
        help='image size in pixels, not for --data; default: 224, without a config 112',
    )
    parser.add_argument('--repeats', type=int, default=5, help='rounds')
    parser.add_argument(
        '--seconds', type=float, default=1.0, help='duration of each model in a round'
    )
    parser.add_argument(
        '--train', action='store_true', help='measure training, too; with --curve instead'
    )
    parser.add_argument('--amp', action='store_true', help='mixed precision, without a mode')
    parser.add_argument(
        '--compile', action='store_true', help='with --training-options: torch.compile, too'
    )
    parser.add_argument(
        '--cpu-time',
        action='store_true',
        help='count CPU time of this process, for one thread on a busy machine',
    )
    parser.add_argument('--device', choices=('cpu', 'cuda'), help='default: cuda if there is one')
    parser.add_argument('--out', type=output_file, help='JSON file with the machine and each round')
    parser.add_argument('--plot', type=figure_file, help='file of a plot, such as speed.png')
    add_config_options(parser)
    return parser.parse_args()


def check(args: argparse.Namespace) -> None:
    """Raise ValueError for options that do not fit together."""
    if len(set(args.configs)) < len(args.configs):
        raise ValueError('A config is given twice: give each config once.')
    clips = bool(args.curve) and args.curve[0] == 'frames'
    alone = '--renderer' if args.renderer else '--curve frames' if clips else ''
    if bool(args.configs) == bool(alone):
        raise ValueError(
            f'{alone} takes no config.'
            if alone
            else 'Give a config, or --renderer, or --curve frames.'
        )
    if min([*(args.batch_sizes or [1]), args.repeats, 1 if args.size is None else args.size]) < 1:
        raise ValueError('--batch-sizes, --size and --repeats: give numbers from 1.')
    if args.data and (args.batch_sizes or args.size):
        raise ValueError('--data takes sizes from the config: leave out --batch-sizes and --size.')
    if alone and args.batch_sizes:
        raise ValueError(f'{alone} has no batches: leave out --batch-sizes.')
    if args.runtimes and (args.train or args.amp or args.device == 'cuda'):
        raise ValueError('--runtimes compares float32 predictions on the CPU: leave out the rest.')
    if alone and (args.train or args.amp or args.device == 'cuda'):
        raise ValueError(f'{alone} works on the CPU, without training: leave out the rest.')
    steps = args.training_options or args.references or args.data
    if steps and (args.train or args.amp):
        raise ValueError('Training steps are measured in float32 anyway: leave out the rest.')
    if args.curve and args.amp:
        raise ValueError('--curve measures in float32: leave out --amp.')
    if args.compile and not args.training_options:
        raise ValueError('--compile belongs to --training-options: give both.')


def read_model(name: str, args: argparse.Namespace) -> nn.Module:
    """The model of a config with random weights, or a shipped model."""
    if name in list_models():
        if args.cfg_options:
            raise ValueError(
                f'{name} is a shipped model, whose config is fixed: leave out --cfg-options, or '
                'give a config.'
            )
        shipped: nn.Module = LoadedModel.load(name, None, args.device).model
        return shipped
    cfg = load_config(name, options=args.cfg_options)
    model: nn.Module = (trainable_model if args.train else benchmark_model)(cfg, args.device)
    return model


def read_configs(args: argparse.Namespace) -> dict[str, Config]:
    """The configs by name."""
    for name in args.configs:
        if name in list_models():
            raise ValueError(f'{name} is a shipped model: give a config, which can be trained.')
    return {name: load_config(name, options=args.cfg_options) for name in args.configs}


def curve_values(curve: list[str]) -> list[int]:
    """The numbers after the name of a curve."""
    try:
        return [int(value) for value in curve[1:]]
    except ValueError as error:
        raise ValueError(f'--curve {" ".join(curve)}: give whole numbers.') from error


def measure(args: argparse.Namespace) -> tuple[list[Row], list[str]]:
    """The rows of the mode, and further sentences."""
    times = Times(args.repeats, args.seconds, args.cpu_time, args.device)
    batches, size = args.batch_sizes, args.size
    if args.renderer:
        return renderer_speed(size, times), []
    if args.references:
        return reference_speed(read_configs(args), batches, size, times)
    if args.training_options:
        return training_speed(read_configs(args), batches, size, times, args.compile), []
    if args.data:
        return data_speed(read_configs(args), times), []
    if args.curve:
        values = curve_values(args.curve)
        if args.curve[0] == 'frames':
            return clip_speed(values, size, times), []
        configs = read_configs(args)
        return curve_speed(configs, args.curve[0], values, batches[0], size, times, args.train), []
    models = {name: read_model(name, args) for name in args.configs}
    if args.runtimes:
        return runtime_speed(models, batches, size, times), []
    results = benchmark(
        models, batches, size, args.repeats, args.seconds, args.amp, args.train, args.cpu_time
    )
    return rows_of(results), []


@friendly_errors
def main() -> None:
    args = parse_args()
    check(args)
    on_cpu = args.runtimes or not args.configs or not torch.cuda.is_available()
    args.device = args.device or ('cpu' if on_cpu else 'cuda')
    steps = args.training_options or args.references or (args.curve and args.train)
    args.batch_sizes = args.batch_sizes or ([16] if steps else [1, 128])
    args.size = args.size or (224 if args.configs else 112)
    machine = Machine.here()
    try:
        rows, messages = measure(args)
    except ValueError as error:
        if 'more than 1 value per channel' not in str(error):
            raise
        raise ValueError(
            'A batch norm cannot train on one image of this size. Give larger batches or images.'
        ) from error
    pixels = 'images as in the config' if args.data else f'{args.size} px'
    print(f'{machine}\n{args.device}, {pixels}, {args.repeats} rounds\n')
    print(speed_table(rows))
    warning = busy_warning(speeds_of(rows), args.cpu_time)
    for message in [*messages, *([warning] if warning else [])]:
        print(f'\n{message}')
    if args.out:
        options = {name: value for name, value in vars(args).items() if name not in ('out', 'plot')}
        content = dict(machine=machine.as_dict(), options=options, messages=messages, busy=warning)
        write_json(args.out, {**content, 'rows': [row.values() for row in rows]})
    if args.plot:
        curve = args.curve[0] if args.curve else ''
        plotted(rows, curve or None, LABELS.get(curve, '')).savefig(args.plot)


if __name__ == '__main__':
    main()
