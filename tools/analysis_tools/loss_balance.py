"""Compare the pull of the feature losses of a config with that of its loss on the scores.

The table has the length of a feature loss's gradient at the features, divided by that of the loss
on the scores, for the first batches of training, before any step of the optimizer. Past 10, such a
loss may pull all features to one point before the classes separate. Each --with adds a row with
options of the losses.

Example:
    python tools/analysis_tools/loss_balance.py configs/mifnet/mifnet_r18-swint_ferplus.py \\
        --with start=batch --with scale=width --with scale=unit --with warmup=1000
"""

import argparse
import logging
from collections.abc import Mapping
from typing import Any

from mmengine.config import DictAction
from mmengine.logging import MMLogger

from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors
from mmfer.engine.experiments.loss_balance import gradient_ratios, start_features
from mmfer.markdown import markdown_table
from mmfer.registry import register_all_modules


def option(text: str) -> tuple[str, Any]:
    """``scale=width`` -> ``('scale', 'width')``, with numbers as numbers."""
    key, equal, value = text.partition('=')
    if not key or not equal:
        raise argparse.ArgumentTypeError(f'"{text}" is not KEY=VALUE.')
    return key, DictAction._parse_iterable(value)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument(
        '--with',
        dest='rows',
        action='append',
        nargs='+',
        type=option,
        default=[[]],
        metavar='KEY=VALUE',
        help='options of the feature losses; repeat it for more rows',
    )
    parser.add_argument('--batches', type=int, default=4, help='batches; default: 4')
    parser.add_argument('--batch-size', type=int, default=32, help='images in a batch; default: 32')
    parser.add_argument('--seed', type=int, default=0)
    add_config_options(parser)
    args = parser.parse_args()
    if args.batches < 1 or args.batch_size < 2:
        parser.error('Give at least one batch and at least two images in a batch.')
    return args


def named(options: Mapping[str, Any]) -> str:
    """The options in a cell of the table."""
    return ', '.join(f'{key}={value}' for key, value in options.items()) or 'as in the config'


@friendly_errors
def main() -> None:
    args = parse_args()
    register_all_modules()
    # The table alone; mmengine logs how every weight was initialized.
    MMLogger.get_current_instance().setLevel(logging.ERROR)
    config = load_config(args.config, options=args.cfg_options)
    start = start_features(config, args.batches, args.batch_size, args.seed)
    cells = []
    for options in map(dict, args.rows):
        ratios = gradient_ratios(config.model.head, start, options, args.seed)
        for loss, found in ratios.items():
            mean = sum(found) / len(found)
            cells.append([named(options), loss, f'{found[0]:.3g}', f'{mean:.3g}'])
    print(f'{args.config}: features of width {start.width} and mean length {start.length:.3g}\n')
    mean_column = f'mean of {len(start.batches)}'
    print(markdown_table(['options', 'loss', 'first batch', mean_column], cells))


if __name__ == '__main__':
    main()
