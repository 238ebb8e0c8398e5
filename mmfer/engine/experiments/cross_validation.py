"""Runs the folds of a cross validation, each in its own process."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmfer.engine.experiments.child_process import run_child, threads_of_each
from mmfer.engine.experiments.folds import Pool, fold_source
from mmfer.engine.experiments.run_fold import PREDICTIONS
from mmfer.evaluation.predictions import Predictions
from mmfer.evaluation.protocols import Fold
from mmfer.files import write_atomically
from mmfer.settings import check_same

DATA = 'data.sha256'
"""File with the digest of the samples, labels and landmarks."""


@dataclass(frozen=True)
class FoldRun:
    """A fold and its config; the folder next to the config holds the output."""

    fold: Fold
    config: Path

    @property
    def folder(self) -> Path:
        """The folder of ``output.txt``, logs, checkpoints and predictions."""
        return self.config.with_suffix('')

    @property
    def finished(self) -> bool:
        """Whether the held-out subjects were tested."""
        return (self.folder / PREDICTIONS).is_file()

    @property
    def predictions(self) -> Predictions:
        """The predictions for the held-out subjects."""
        return Predictions.load(self.folder / PREDICTIONS)

    def run(self, threads: int) -> int:
        """Train and test, or resume; return the exit code of the process.

        The process ends when this process ends, even if this process is killed.
        """
        module = ['-m', 'mmfer.engine.experiments.run_fold', str(self.config)]
        return run_child(module, self.folder / 'output.txt', threads)


def prepare(
    cfg: Config, folds: Sequence[Fold], pool: Pool, work_dir: Path, resume: bool
) -> list[FoldRun]:
    """Write the configs of the folds, or check that the existing configs are the same.

    Args:
        cfg: The config of :func:`mmfer.engine.experiments.folds.common_config`.
        folds: The folds.
        pool: The samples that are divided into folds.
        work_dir: Folder for ``config.py``, ``data.sha256`` and ``folds/``.
        resume: Whether the folder may contain runs.

    Raises:
        ValueError: If the folder contains runs without ``resume``, or runs with another config,
            other folds or other data.
    """
    numbers = len(str(len(folds)))
    runs, sources = [], {DATA: f'{pool.digest}\n', 'config.py': cfg.pretty_text}
    for i, fold in enumerate(folds, 1):
        name = re.sub(r'[^\w-]', '_', fold.name)
        config = f'folds/{i:0{numbers}}_{name}.py'
        sources[config] = fold_source(cfg, fold, '../config.py')
        runs.append(FoldRun(fold, work_dir / config))
    files = [work_dir / DATA, work_dir / 'config.py', *work_dir.glob('folds/*.py')]
    recorded = {
        path.relative_to(work_dir).as_posix(): path.read_text('utf-8')
        for path in files
        if path.is_file()
    }
    if recorded and not resume:
        raise ValueError(
            f'{work_dir} holds a cross validation already. Continue it with --resume, give another '
            '--work-dir, or remove the folder.'
        )
    remedy = 'Give another --work-dir, or remove the folder.'
    known = recorded.get(DATA, '')
    if known and known != sources[DATA] and sources[DATA].startswith(known):
        raise ValueError(
            f'{DATA} in {work_dir} does not tell whether the training or the validation data '
            'changed: an earlier version of mmfer wrote it, or the options of these data are new. '
            f'{remedy}'
        )
    if recorded and known != sources[DATA]:
        raise ValueError(
            f'The runs in {work_dir} used other data (samples, labels or landmarks), according to '
            f'the digest in {DATA}. {remedy}'
        )
    settings = {name: source for name, source in sources.items() if name in recorded}
    check_same(recorded, settings, f'The runs in {work_dir}', remedy)
    for name, source in sources.items():
        if name not in recorded:
            write_atomically(work_dir / name, source)
    return runs


def run_folds(runs: Sequence[FoldRun], jobs: int, report: Callable[[FoldRun, int], None]) -> None:
    """Run the unfinished folds; if a fold fails, the others continue.

    Args:
        runs: The folds.
        jobs: Number of folds at the same time. They share the cores of the processor, or have
            ``OMP_NUM_THREADS`` threads each.
        report: Called with each finished fold and its exit code.
    """
    threads = threads_of_each(jobs)
    pool = ThreadPoolExecutor(jobs)
    try:
        running = {pool.submit(run.run, threads): run for run in runs if not run.finished}
        for future in as_completed(running):
            report(running[future], future.result())
    finally:
        pool.shutdown(cancel_futures=True)


def check_complete(runs: Sequence[FoldRun], pool: Pool) -> None:
    """Check that every sample was tested once, in the fold of its subject.

    Raises:
        ValueError: If a sample is missing, was tested twice, or has another label.
    """
    samples = list(zip(pool.paths, pool.labels, pool.subjects, strict=True))
    for run in runs:
        expected = Counter(s[:2] for s in samples if s[2] in run.fold.held_out)
        found = Counter((s['img_path'], s.get('gt_label', 0)) for s in run.predictions.samples)
        if expected != found:
            missing, more = expected - found, found - expected
            example = next(iter(missing or more))[0]
            raise ValueError(
                f'The data set changed before {run.folder} was tested: {missing.total()} samples '
                f'are missing and {more.total()} are new, such as "{example}". Start again in '
                'another --work-dir.'
            )
