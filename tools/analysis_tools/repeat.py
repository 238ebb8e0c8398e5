"""Train and test variants of a config over several seeds; write mean and deviation as a table.

Each variant's changes are made to BASE, which has the data, the training settings and the size:
the rows of a paper's table run at a size that the machine at hand can do. A variant is a config
that inherits one that BASE inherits too, and what its file says is merged into BASE, as if it had
`_base_ = BASE`. --cfg-options are merged into every row after that.

A column of the table is an entry of the report of tools/test.py --out, with dots where it lies
deeper, such as groups.gender.gaps.accuracy.gap. With --protocol each run is a cross validation
instead, by tools/cross_validate.py. Runs that are already there are kept: a killed call goes on
where it was.

Examples:
    Table 3 of paper 003 on rendered faces, in both test-time contexts:
    python tools/analysis_tools/repeat.py configs/rald/rald_r18_synthetic-ablation.py \
        --variants configs/rald/ablations/table3_*.py --seeds 0 1 2 \
        --contexts support batch --out work_dirs/table3
    With other columns, and the scatter of the test features:
    python tools/analysis_tools/repeat.py configs/rald/rald_r18_synthetic-ablation.py \
        --scatter --metrics accuracy auc ece scatter_ratio --out work_dirs/measures
    Table 4 of paper 004 on rendered clips, leaving one subject out:
    python tools/analysis_tools/repeat.py configs/apex_seresnext/apex_seresnext50_synthetic.py \
        --variants configs/apex_seresnext/ablations/table4_*_{apex,midway}.py --protocol loso \
        --load-from 'work_dirs/expressions/{backbone}/epoch_8.pth' --seeds 0 1 --jobs 2 --plot \
        --out work_dirs/table4
"""

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from tqdm import tqdm

from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors
from mmfer.engine.experiments.child_process import run_child
from mmfer.engine.experiments.cross_validation import only_one
from mmfer.engine.experiments.folds import read_pool
from mmfer.engine.experiments.variants import apply_variant
from mmfer.evaluation import seed_table
from mmfer.evaluation.protocols import PROTOCOLS
from mmfer.evaluation.seed_table import look_up
from mmfer.files import write_atomically, write_json
from mmfer.visualization.plots import plot_rows

TOOLS = Path(__file__).resolve().parents[1]
CROSS_VALIDATED = ['accuracy', 'macro_f1', 'mean_class_accuracy']
"""The columns of --protocol and of --plot unless told."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('base', help='the config with data, training settings and size')
    parser.add_argument('--variants', nargs='*', default=[], help='configs whose changes are made')
    parser.add_argument(
        '--whole-models',
        action='store_true',
        help="take the variants' models and custom hooks as they are, not their changes",
    )
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument(
        '--contexts',
        nargs='+',
        default=['support'],
        help='test-time contexts of ITRR; models without it are tested once',
    )
    parser.add_argument('--metrics', nargs='+', help='columns; default: what all papers print')
    parser.add_argument(
        '--scatter', action='store_true', help='measure scatter_ratio of the test features too'
    )
    parser.add_argument(
        '--plot', action='store_true', help='draw the columns, all in percent, as table.png too'
    )
    parser.add_argument('--out', required=True, help='the folder for runs and tables')
    parser.add_argument(
        '--load-from',
        metavar='PATTERN',
        help='weights to start from, with {seed} for the seed and {backbone} for the type of it',
    )
    parser.add_argument('--protocol', choices=PROTOCOLS, help='cross-validate each run')
    parser.add_argument('--folds', type=int, default=5, metavar='K', help='of kfold; default 5')
    parser.add_argument(
        '--jobs', type=int, default=1, help='runs (with --protocol, folds) at the same time'
    )
    add_config_options(parser)
    args = parser.parse_args()
    if args.protocol and args.scatter:
        parser.error('--scatter is of one trained model, and --protocol trains one in each fold.')
    return args


def row_config(args: argparse.Namespace, variant: str) -> Config:
    """BASE with a variant's changes or, for whole models, with its model and hooks."""
    base = load_config(args.base)
    if not args.whole_models:
        return apply_variant(args.base, variant, base.work_dir, args.cfg_options)
    other = load_config(variant)
    base.model, base.custom_hooks = other.model, other.get('custom_hooks', [])
    base.merge_from_dict(args.cfg_options or {})
    return base


def how(args: argparse.Namespace, cfg: Config) -> str:
    """What the numbers of a row depend on beside its config, as JSON."""
    settings = {'load_from': args.load_from, 'protocol': args.protocol}
    if args.protocol == 'kfold':
        settings['folds'] = args.folds
    if args.protocol:
        settings['data'] = read_pool(cfg).digest
    return json.dumps(settings, indent=1)


def write_settings(files: dict[Path, str]) -> None:
    """Write what the runs of a row have in common, unless runs with anything else are there."""
    for path, text in files.items():
        runs = any(path.parent.glob('seed*'))
        if runs and (not path.is_file() or path.read_text('utf-8') != text):
            raise ValueError(
                f'The runs in {path.parent} had other settings ({path}), so they cannot be gone on '
                'with. Give another --out, or remove the folder.'
            )
    for path, text in files.items():
        write_atomically(path, text)


@dataclass(frozen=True)
class Run:
    """One training with its tests, in a folder of its own."""

    config: Path
    seed: int
    folder: Path
    threads: int
    pattern: str | None

    @property
    def load_from(self) -> list[str]:
        """The option that gives the weights to start from, if any."""
        if self.pattern is None:
            return []
        backbone = Config.fromfile(str(self.config)).model.get('backbone', {}).get('type')
        path = self.pattern.format(seed=self.seed, backbone=backbone)
        return ['--cfg-options', f'load_from={path}']

    def call(self, script: str, *args: str) -> None:
        """Run a tool in a process of its own, its output going to the folder."""
        log = self.folder / 'output.txt'
        tool = ['-m', 'mmfer.engine.experiments.child_process', str(TOOLS / script), *args]
        code = run_child(tool, log, self.threads)
        if code:
            raise ValueError(f'{script} {" ".join(args)} failed with exit code {code}: see {log}.')

    @property
    def common(self) -> list[str]:
        """What a training and a cross validation are both called with."""
        options = ['--work-dir', str(self.folder), '--seed', str(self.seed), '--resume']
        return [str(self.config), *options, *self.load_from]

    def train(self) -> str:
        """Train, unless that is done, and give the checkpoint."""
        if not (self.folder / 'trained').is_file():
            self.call('train.py', '--no-validate', *self.common)
            (self.folder / 'trained').touch()
        return (self.folder / 'last_checkpoint').read_text().strip()

    def cross_validate(self, protocol: str, folds: int, jobs: int) -> dict:
        """The pooled metrics of all folds, as ``{'-': metrics}``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        out = self.folder / 'results.json'
        if not out.is_file():
            options = ['--protocol', protocol, '--folds', str(folds), '--jobs', str(jobs)]
            self.call('cross_validate.py', *options, *self.common)
        return {'-': json.loads(out.read_text())}

    def results(self, contexts: list[str], scatter: bool) -> dict:
        """Train once and test in every context: ``{context: metrics}``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        results: dict[str, dict] = {}
        neck = Config.fromfile(str(self.config)).model.get('neck')
        itrr = isinstance(neck, dict) and neck.get('itrr') is not None
        for context in contexts if itrr else ['-']:
            options = ['--cfg-options', f'model.neck.itrr.context={context}'] if itrr else []
            work_dir = ['--work-dir', str(self.folder / 'test')]
            tests = {f'metrics_{context}.json': ('test.py', work_dir)}
            if scatter:
                tests[f'scatter_{context}.json'] = ('analysis_tools/scatter.py', [])
            results[context] = {}
            for name, (script, more) in tests.items():
                out = self.folder / name
                if not out.is_file():
                    given = [str(self.config), self.train(), '--out', str(out), *more]
                    self.call(script, *given, *options)
                results[context] |= json.loads(out.read_text())
        return results


def bars(results: dict[str, dict[str, list[dict]]], columns: list[str]) -> dict[str, dict]:
    """The values of each column for each row and test-time context; nan where there is none."""
    rows = {
        name if context == '-' else f'{name}, {context}': runs
        for name, contexts in results.items()
        for context, runs in contexts.items()
    }
    return {
        name: {
            c: [float('nan') if (v := look_up(r, c)) is None else v for r in runs] for c in columns
        }
        for name, runs in rows.items()
    }


@friendly_errors
def main() -> None:
    args = parse_args()
    with only_one(Path(args.out)):
        run_table(args, Path(args.out))


def run_table(args: argparse.Namespace, out: Path) -> None:
    """Run every row with every seed, and write the table after each."""
    configs: dict[str, Path] = {}
    for path in args.variants or [args.base]:
        name = Path(path).stem
        if name in configs:
            raise ValueError(f'Two variants are named {name}: rename one, as its row bears it.')
        configs[name] = out / name / 'config.py'
        cfg = row_config(args, path)
        settings = {configs[name]: cfg.pretty_text, out / name / 'runs.json': how(args, cfg)}
        write_settings(settings)
    threads = max(1, (os.cpu_count() or 1) // args.jobs)
    runs = {
        (name, seed): Run(configs[name], seed, out / name / f'seed{seed}', threads, args.load_from)
        for seed in args.seeds
        for name in configs
    }
    columns = args.metrics or (CROSS_VALIDATED if args.protocol else None)
    results: dict[str, dict[str, list[dict]]] = {name: {} for name in configs}

    def measure(run: Run) -> dict:
        if args.protocol:
            return run.cross_validate(args.protocol, args.folds, args.jobs)
        return run.results(args.contexts, args.scatter)

    with ThreadPoolExecutor(1 if args.protocol else args.jobs) as pool:
        done = pool.map(measure, [*runs.values()])
        for (name, _), contexts in tqdm(zip(runs, done, strict=True), total=len(runs)):
            for context, metrics in contexts.items():
                results[name].setdefault(context, []).append(metrics)
            text = seed_table(results, columns)
            write_atomically(out / 'table.md', f'{text}\n')
            write_json(out / 'results.json', results)
    print(text)
    if args.plot:
        plot_rows(bars(results, columns or CROSS_VALIDATED)).savefig(out / 'table.png')


if __name__ == '__main__':
    main()
