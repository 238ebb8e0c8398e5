"""Train and test variants of a config over several seeds; write mean and deviation as a table.

The training settings are those of BASE; of every variant the model and the custom hooks are taken,
so that the rows of a paper's table run at a size that the machine at hand can do. Runs that are
already there are kept: a killed call goes on where it was.

Example (table 3 of paper 003 on rendered faces, both test-time contexts):
    python tools/analysis_tools/repeat.py configs/rald/rald_r18_synthetic-ablation.py \
        --variants configs/rald/ablations/table3_*.py --seeds 0 1 2 \
        --contexts support batch --out work_dirs/table3
"""

import argparse
import copy
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from mmengine.config import Config, DictAction
from tqdm import tqdm

from mmfer.engine import load_config
from mmfer.engine.cli import friendly_errors

TOOLS = Path(__file__).resolve().parents[1]
METRICS = ('accuracy', 'mean_class_accuracy', 'coarse_accuracy')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('base', help='the config with data and training settings')
    parser.add_argument('--variants', nargs='*', default=[], help='configs with other models')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument(
        '--contexts',
        nargs='+',
        default=['support'],
        help='test-time contexts of ITRR; models without it are tested once',
    )
    parser.add_argument('--out', required=True, help='the folder for runs and tables')
    parser.add_argument(
        '--load-from', metavar='PATTERN', help='weights to start from; {seed} stands for the seed'
    )
    parser.add_argument('--jobs', type=int, default=1, help='runs at the same time')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE')
    return parser.parse_args()


def merged(base: Config, variant: Config) -> Config:
    """The base's training with the variant's model and hooks."""
    cfg = copy.deepcopy(base)
    cfg.model = variant.model
    cfg.custom_hooks = variant.get('custom_hooks', [])
    return cfg


def write_config(cfg: Config, path: Path) -> None:
    """Write a variant's config, unless runs with another one lie beside it."""
    text = cfg.pretty_text
    if any(path.parent.glob('seed*')) and path.is_file() and path.read_text('utf-8') != text:
        raise ValueError(
            f'The runs in {path.parent} had another config ({path}), so they cannot be gone on '
            'with. Give another --out, or remove the folder.'
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')


def call(script: str, *args: str, threads: int, log: Path) -> None:
    env = {**os.environ, 'OMP_NUM_THREADS': str(threads), 'MKL_NUM_THREADS': str(threads)}
    env['PYTHONPATH'] = os.pathsep.join([str(TOOLS.parent), env.get('PYTHONPATH', '')])
    with log.open('a', encoding='utf-8') as file:
        command = [sys.executable, str(TOOLS / script), *args]
        code = subprocess.run(command, env=env, stdout=file, stderr=file, check=False).returncode
    if code:
        raise ValueError(f'{script} {" ".join(args)} failed with exit code {code}: see {log}.')


def run(
    config: Path,
    seed: int,
    contexts: list[str],
    load_from: str | None,
    folder: Path,
    threads: int,
) -> dict:
    """Train once and test in every context: ``{context: metrics}``."""
    results = {}
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / 'output.txt'
    itrr = (Config.fromfile(str(config)).model.get('neck') or {}).get('itrr')
    for context in contexts if itrr is not None else ['-']:
        out = folder / f'metrics_{context}.json'
        if not out.is_file():
            last = folder / 'last_checkpoint'
            if not (folder / 'trained').is_file():
                train = ['--work-dir', str(folder), '--seed', str(seed), '--resume']
                train += ['--no-validate']
                if load_from is not None:
                    train += ['--cfg-options', f'load_from={load_from.format(seed=seed)}']
                call('train.py', str(config), *train, threads=threads, log=log)
                (folder / 'trained').touch()
            test = [str(config), last.read_text().strip(), '--work-dir', str(folder / 'test')]
            if context != '-':
                test += ['--cfg-options', f'model.neck.itrr.context={context}']
            call('test.py', *test, '--out', str(out), threads=threads, log=log)
        results[context] = json.loads(out.read_text())
    return results


def table(results: dict[str, dict[str, list[dict]]]) -> str:
    """Markdown with mean and standard deviation over seeds, in percent."""
    lines = ['| variant | context | seeds | ' + ' | '.join(METRICS) + ' |']
    lines.append('|---' * (3 + len(METRICS)) + '|')
    for name, contexts in results.items():
        for context, runs in contexts.items():
            cells = []
            for metric in METRICS:
                values = [r.get(metric, np.nan) for r in runs]
                cell = '-' if np.isnan(values).any() else f'{np.mean(values):.2f}'
                if cell != '-' and len(values) > 1:
                    cell += f' ± {np.std(values, ddof=1):.2f}'
                cells.append(cell)
            lines.append(f'| {name} | {context} | {len(runs)} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


@friendly_errors
def main() -> None:
    args = parse_args()
    out = Path(args.out)
    base = load_config(args.base, options=args.cfg_options)
    configs: dict[str, Path] = {}
    for path in args.variants or [args.base]:
        name = Path(path).stem
        if name in configs:
            raise ValueError(f'Two variants are named {name}: rename one, as its row bears it.')
        configs[name] = out / name / 'config.py'
        write_config(merged(base, load_config(path)) if args.variants else base, configs[name])
    threads = max(1, (os.cpu_count() or 1) // args.jobs)
    tasks = [(name, seed) for seed in args.seeds for name in configs]
    results: dict[str, dict[str, list[dict]]] = {name: {} for name in configs}
    with ThreadPoolExecutor(args.jobs) as pool:
        done = pool.map(
            lambda t: run(
                configs[t[0]],
                t[1],
                args.contexts,
                args.load_from,
                out / t[0] / f'seed{t[1]}',
                threads,
            ),
            tasks,
        )
        for (name, _), contexts in tqdm(zip(tasks, done, strict=True), total=len(tasks)):
            for context, metrics in contexts.items():
                results[name].setdefault(context, []).append(metrics)
            text = table({n: r for n, r in results.items() if r})
            (out / 'table.md').write_text(text + '\n', encoding='utf-8')
            (out / 'results.json').write_text(json.dumps(results, indent=1), encoding='utf-8')
    print(text)


if __name__ == '__main__':
    main()
