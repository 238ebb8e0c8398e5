"""Runs the rows of a table with several seeds, each run in its own processes."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from mmfer.engine.configuration.entry_types import classes_named
from mmfer.engine.experiments.child_process import run_child, threads_of_each
from mmfer.engine.experiments.folds import read_pool
from mmfer.evaluation import paired_table, seed_table
from mmfer.evaluation.seed_table import Results
from mmfer.files import write_atomically, write_json
from mmfer.progress import progress_bar
from mmfer.protocols import SetsContext
from mmfer.settings import check_same


@dataclass(frozen=True)
class Procedure:
    """The procedure of every run of a table.

    Args:
        tools: The folder of the command line tools of mmfer.
        contexts: The test-time contexts for models that depend on a context.
        scatter: Also measure ``scatter_ratio`` of the test features.
        load_from: The initial weights; ``{seed}`` stands for the seed and ``{backbone}`` for the
            type of the backbone.
        protocol: A protocol of cross validation, instead of one training with tests.
        folds: The number of folds of ``kfold``.
        jobs: Number of runs at the same time; with a protocol, number of folds.
        tta: Test on the views of the config's ``tta_pipeline``, such as five crops.
    """

    tools: Path
    contexts: Sequence[str] = ('support',)
    scatter: bool = False
    load_from: str | None = None
    protocol: str | None = None
    folds: int = 5
    jobs: int = 1
    tta: bool = False

    def settings(self, cfg: Config) -> dict[str, Any]:
        """The settings, besides its config, that influence the numbers of a row."""
        settings: dict[str, Any] = {'load_from': self.load_from, 'protocol': self.protocol}
        if self.protocol == 'kfold':
            settings['folds'] = self.folds
        if self.protocol:
            settings['data'] = read_pool(cfg).digest
        return settings


def repeat(
    rows: Mapping[str, Config],
    seeds: Sequence[int],
    out: Path,
    procedure: Procedure,
    columns: list[str] | None = None,
    reference: str | None = None,
) -> Results:
    """Run every row with every seed, and update the table after each run.

    Finished runs in ``out`` are kept, so that the same call continues a killed one.

    Args:
        rows: The configs, keyed by the names of the rows.
        seeds: The seeds.
        out: The folder for runs, ``table.md``, ``paired.md`` and ``results.json``.
        procedure: The procedure of a run.
        columns: The columns of the table, see :func:`mmfer.evaluation.seed_table`.
        reference: The row from which ``paired.md`` gives the differences of all others, see
            :func:`mmfer.evaluation.paired_table`; needs ``columns``.

    Returns:
        The metrics of each run, by row and test-time context.

    Raises:
        ValueError: If a seed is given twice, ``out`` contains runs with other settings, or a run
            fails.
    """
    twice = sorted({seed for seed in seeds if list(seeds).count(seed) > 1})
    if twice:
        raise ValueError(
            f'The seed {twice[0]} is given more than once, but its runs would be the same, and the '
            'deviation too small. Give each seed once.'
        )
    for name, cfg in rows.items():
        settings = json.dumps(procedure.settings(cfg), indent=1)
        _keep_settings(out / name, {'config.py': cfg.pretty_text, 'runs.json': settings})
    runs = [
        _Run(name, seed, out / name / f'seed{seed}', cfg.model, procedure)
        for seed in seeds
        for name, cfg in rows.items()
    ]
    results: Results = {name: {} for name in rows}
    if reference is not None and columns is not None:
        paired_table(results, reference, columns)  # a missing row is known before the first run
    with ThreadPoolExecutor(1 if procedure.protocol else procedure.jobs) as pool:
        done = pool.map(_Run.results, runs)
        for run, contexts in progress_bar(zip(runs, done, strict=True), total=len(runs)):
            for context, metrics in contexts.items():
                results[run.row].setdefault(context, []).append(metrics)
            write_atomically(out / 'table.md', f'{seed_table(results, columns)}\n')
            write_json(out / 'results.json', results)
            if reference is not None and columns is not None:
                paired = paired_table(results, reference, columns)
                write_atomically(out / 'paired.md', f'{paired}\n')
    return results


def context_option(model: ConfigDict) -> str | None:
    """The entry of a config that sets the test-time context of its model, or None.

    The class of the neck meets the protocol :class:`mmfer.protocols.SetsContext`, as
    :class:`HIFENet` does.
    """
    neck = model.get('neck')
    kinds = classes_named(neck['type']) if isinstance(neck, dict) else []
    kind = kinds[0] if kinds else None
    entry = kind.context_option(neck) if isinstance(kind, SetsContext) else None
    return None if entry is None else f'model.neck.{entry}'


def _keep_settings(folder: Path, files: Mapping[str, str]) -> None:
    """Write the common settings of the runs of a row; refuse a folder with other settings."""
    if any(folder.glob('seed*')):
        recorded = {
            name: (folder / name).read_text('utf-8') if (folder / name).is_file() else None
            for name in files
        }
        remedy = 'Give another --out, or remove the folder.'
        check_same(recorded, files, f'The runs in {folder}', remedy)
    for name, text in files.items():
        write_atomically(folder / name, text)


@dataclass(frozen=True)
class _Run:
    """A run of a row with one seed; its folder is next to the ``config.py`` of the row."""

    row: str
    seed: int
    folder: Path
    model: ConfigDict
    how: Procedure

    def results(self) -> dict[str, dict[str, Any]]:
        """The metrics by test-time context; ``'-'`` for a model without context."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.how.protocol:
            return {'-': self._cross_validated(self.how.protocol)}
        option = context_option(self.model)
        return {context: self._tested(context, option) for context in self._contexts(option)}

    def _contexts(self, option: str | None) -> Sequence[str]:
        return ['-'] if option is None else self.how.contexts

    @property
    def _config(self) -> str:
        return str(self.folder.parent / 'config.py')

    @property
    def _training(self) -> list[str]:
        """The common arguments of a training and of a cross validation."""
        options = ['--work-dir', str(self.folder), '--seed', str(self.seed), '--resume']
        if self.how.load_from is not None:
            kinds = classes_named(self.model.get('backbone', {}).get('type'))
            backbone = kinds[0].__name__ if kinds else None
            path = self.how.load_from.format(seed=self.seed, backbone=backbone)
            options += ['--cfg-options', f'load_from={path}']
        return [self._config, *options]

    def _cross_validated(self, protocol: str) -> dict[str, Any]:
        out = self.folder / 'results.json'
        if not out.is_file():
            options = ['--folds', str(self.how.folds), '--jobs', str(self.how.jobs)]
            self._call('cross_validate.py', '--protocol', protocol, *options, *self._training)
        return dict(json.loads(out.read_text('utf-8')))

    def _tested(self, context: str, option: str | None) -> dict[str, Any]:
        options = [] if option is None else ['--cfg-options', f'{option}={context}']
        work_dir = ['--work-dir', str(self.folder / 'test')]
        kind, views = (f'tta_{context}', ['--tta']) if self.how.tta else (context, [])
        tests = {f'metrics_{kind}.json': ['test.py', *work_dir, *views]}
        if self.how.scatter:
            tests[f'scatter_{context}.json'] = ['analysis_tools/scatter.py']
        metrics: dict[str, Any] = {}
        for name, (tool, *more) in tests.items():
            out = self.folder / name
            if not out.is_file():
                given = [self._config, self._trained(), '--out', str(out)]
                self._call(tool, *given, *more, *options)
            metrics |= json.loads(out.read_text('utf-8'))
        return metrics

    def _trained(self) -> str:
        """Train if needed, and return the checkpoint."""
        if not (self.folder / 'trained').is_file():
            self._call('train.py', '--no-validate', *self._training)
            (self.folder / 'trained').touch()
        return (self.folder / 'last_checkpoint').read_text('utf-8').strip()

    def _call(self, tool: str, *args: str) -> None:
        log = self.folder / 'output.txt'
        script = str(self.how.tools / tool)
        module = ['-m', 'mmfer.engine.experiments.child_process', script, *args]
        code = run_child(module, log, threads_of_each(self.how.jobs))
        if code:
            raise ValueError(f'{tool} {" ".join(args)} failed with exit code {code}: see {log}.')
