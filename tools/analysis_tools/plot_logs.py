"""Draw the training curves of one or more runs.

Examples:
    python tools/analysis_tools/plot_logs.py work_dirs/rald_r18_synthetic --out curves.png
    python tools/analysis_tools/plot_logs.py work_dirs/a work_dirs/b --names plain RALD \\
        --keys loss accuracy
"""

import argparse
from pathlib import Path

from mmfer.engine.cli import figure_file, friendly_errors
from mmfer.visualization.plots import plot_curves
from mmfer.visualization.plots.curves import USUAL, read_scalars


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('logs', nargs='+', help='work directories, or their scalars.json')
    parser.add_argument('--names', nargs='+', help='one name for each log; default: its folder')
    parser.add_argument('--keys', nargs='+', help=f'scalars; default: those of {", ".join(USUAL)}')
    parser.add_argument('--out', type=figure_file, default='curves.png', help='the image')
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    names = args.names or args.logs
    if len(names) != len(args.logs) or len(set(names)) != len(names):
        raise ValueError(
            f'{len(set(names))} different names for {len(args.logs)} logs. Give one name for each.'
        )
    runs = {name: read_scalars(log) for name, log in zip(names, args.logs, strict=True)}
    keys = args.keys or [key for key in USUAL if any(key in curves for curves in runs.values())]
    if not keys:
        raise ValueError(f'No log has any of {", ".join(USUAL)}. Choose scalars with --keys.')
    figure = plot_curves(runs, keys)
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(args.out)
    for name, curves in runs.items():
        last = ', '.join(f'{key} {curves[key].values[-1]:.4g}' for key in keys if key in curves)
        print(f'{name}: {last}')
    print(f'Image: {args.out}')


if __name__ == '__main__':
    main()
