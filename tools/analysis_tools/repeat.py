"""Train and test variants of a config over several seeds; write mean and deviation as a table.

BASE has the data, the training settings and the size. The changes of each variant are merged into
BASE, so the rows of a paper's table run at a size that suits the machine. A variant is a config
that inherits a config that BASE inherits, too; the entries in its file are merged as if the file
had `_base_ = BASE`. --cfg-options are merged into every row afterwards.

With several configs as BASE, every variant is applied to each, and the rows are named BASE/VARIANT.
Variants joined by + are applied one after the other, such as a form of a model and its control.
NAME=FILE gives a variant or a BASE another name. --reference writes paired.md, the differences of
all rows from one row, seed by seed. @FILE stands for arguments in a file, one in each line.

A column of the table is an entry of the report of tools/test.py --out; dots lead to nested entries,
such as groups.gender.gaps.accuracy.gap. With --protocol, each run is a cross-validation by
tools/cross_validate.py. Existing runs are kept: the same command continues a killed run.

Examples:
    Table 3 of paper 003 on rendered faces, in both test-time contexts:
    python tools/analysis_tools/repeat.py @configs/rald/ablations/renderings.txt \\
        --variants configs/rald/ablations/table3_*.py --seeds 0 1 2 \\
        --contexts support batch --out work_dirs/table3
    With other columns, and the scatter of the test features:
    python tools/analysis_tools/repeat.py @configs/rald/ablations/renderings.txt \\
        --scatter --metrics accuracy auc ece scatter_ratio --out work_dirs/measures
    RALD, its forms and their controls on FERPlus, from three kinds of labels:
    python tools/analysis_tools/repeat.py @configs/rald/ablations-ferplus/table.txt \\
        --seeds 0 1 2 --jobs 2 --out work_dirs/rald_ferplus
    Table 4 of paper 004 on rendered clips, leaving one subject out:
    python tools/analysis_tools/repeat.py configs/apex_seresnext/apex_seresnext50_synthetic.py \\
        --variants configs/apex_seresnext/ablations/table4_*_{apex,midway}.py --protocol loso \\
        --load-from 'work_dirs/expressions/{backbone}/epoch_8.pth' --seeds 0 1 --jobs 2 --plot \\
        --out work_dirs/table4
"""

import argparse
from pathlib import Path

from mmengine.config import Config

from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.experiments.repeat import Procedure, repeat
from mmfer.engine.experiments.variants import apply_model, apply_variant
from mmfer.engine.work_dir import only_one
from mmfer.evaluation import seed_table
from mmfer.evaluation.protocols import PROTOCOLS
from mmfer.evaluation.seed_table import seed_values
from mmfer.visualization.plots import plot_rows

TOOLS = Path(__file__).resolve().parents[1]
CROSS_VALIDATED = ['accuracy', 'macro_f1', 'mean_class_accuracy']
"""The default columns with --protocol or --plot."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        fromfile_prefix_chars='@',
    )
    parser.add_argument('base', nargs='+', help='the configs with data, training settings and size')
    parser.add_argument(
        '--variants', nargs='*', default=[], help='configs whose changes are made; + joins several'
    )
    parser.add_argument(
        '--whole-models',
        action='store_true',
        help='use the models and custom hooks of the variants unchanged',
    )
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument(
        '--contexts',
        nargs='+',
        default=['support'],
        help='test-time contexts of ITRR; models without ITRR are tested once',
    )
    parser.add_argument('--metrics', nargs='+', help='columns; default: the metrics of all papers')
    parser.add_argument(
        '--scatter', action='store_true', help='also measure scatter_ratio of the test features'
    )
    parser.add_argument(
        '--tta', action='store_true', help='test on the views of tta_pipeline, such as five crops'
    )
    parser.add_argument(
        '--plot', action='store_true', help='also draw the columns, in percent, as table.png'
    )
    parser.add_argument(
        '--reference', metavar='ROW', help='compare all rows with this row; needs --metrics'
    )
    parser.add_argument(
        '--out', type=given_path, required=True, help='the folder for runs and tables'
    )
    parser.add_argument(
        '--load-from',
        metavar='PATTERN',
        help="initial weights, with {seed} for the seed and {backbone} for the backbone's type",
    )
    parser.add_argument('--protocol', choices=PROTOCOLS, help='cross-validate each run')
    parser.add_argument(
        '--folds', type=int, default=5, metavar='K', help='number of folds of kfold; default: 5'
    )
    parser.add_argument(
        '--jobs', type=int, default=1, help='runs (with --protocol, folds) at the same time'
    )
    add_config_options(parser)
    args = parser.parse_args()
    for option in ('scatter', 'tta'):
        if args.protocol and getattr(args, option):
            parser.error(
                f'--{option} needs one trained model, but --protocol trains a model in each fold.'
            )
    if args.reference and not args.metrics:
        parser.error('--reference compares the columns of --metrics: give both.')
    if args.jobs < 1:
        parser.error(f'--jobs {args.jobs}: give 1 or more.')
    return args


def row_configs(args: argparse.Namespace) -> dict[str, Config]:
    """The config of each row, by its name."""
    rows: dict[str, Config] = {}
    for base_name, (base,) in map(named, args.base):
        prefix = f'{base_name}/' if len(args.base) > 1 or base not in args.base else ''
        work_dir = load_config(base).work_dir
        for row, paths in map(named, args.variants or [base]):
            name = f'{prefix}{row}'
            if name in rows:
                raise ValueError(
                    f'Two variants are named {name}, the name of their row. Rename one of them.'
                )
            if args.whole_models:
                rows[name] = apply_model(base, paths[-1], args.cfg_options)
            else:
                rows[name] = apply_variant(base, paths, work_dir, args.cfg_options)
    return rows


def named(argument: str) -> tuple[str, list[str]]:
    """The name and the files of ``FILE``, ``FILE+FILE`` or ``NAME=FILE+FILE``."""
    if Path(argument).is_file():
        return Path(argument).stem, [argument]
    name, _, files = argument.rpartition('=')
    paths = files.split('+')
    return name or '+'.join(Path(path).stem for path in paths), paths


@friendly_errors
def main() -> None:
    args = parse_args()
    out = Path(args.out)
    procedure = Procedure(
        TOOLS,
        args.contexts,
        args.scatter,
        args.load_from,
        args.protocol,
        args.folds,
        args.jobs,
        args.tta,
    )
    columns = args.metrics or (CROSS_VALIDATED if args.protocol else None)
    with only_one(out):
        results = repeat(row_configs(args), args.seeds, out, procedure, columns, args.reference)
        print(seed_table(results, columns))
        if args.plot:
            values = seed_values(results, columns or CROSS_VALIDATED)
            plot_rows(values).savefig(out / 'table.png')


if __name__ == '__main__':
    main()
