"""Kill trainings at random moments, resume them, and compare the weights bit by bit.

python -m tests.reliability.run_kills --kills 200 --out work_dirs/kills.json

Each setup is trained once without a kill, and several times with one or two kills at random moments
between its first iteration and its end. The results are written after each run, so that a killed
call continues.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import count, islice
from pathlib import Path
from typing import Any

import torch

from mmfer.engine.checkpoint import load_from_disk
from mmfer.files import write_json
from tests.reliability.trainings import (
    PROGRESS,
    SYSTEMS,
    WITHOUT_BATCH_NORM,
    Setup,
    start,
    train_setup,
)
from tests.small_configs import write_data

COMPARED = ('state_dict', 'ema_state_dict', 'optimizer', 'param_schedulers')
"""The parts of the last checkpoint that must be equal."""
RUNS = 3
"""Number of killed runs of a setup."""


def draw_setup(number: int) -> Setup:
    """A setup of the system ``number`` modulo five, with random options."""
    rng = random.Random(f'setup {number}')
    system = [*SYSTEMS][number % len(SYSTEMS)]
    return Setup(
        system,
        ranks=rng.choice((1, 1, 2)),
        workers=rng.choice((0, 0, 1, 2)),
        accumulate=rng.choice((1, 2, 3)),
        ema=rng.random() < 0.5,
        amp=rng.random() < 0.3,
        prune=rng.random() < 0.4 and system not in WITHOUT_BATCH_NORM,
        every=rng.choice((0, 1, 3)),
    )


def setups_of(systems: Sequence[str], first: int) -> Iterator[tuple[int, Setup]]:
    """The setups of some systems with their numbers, from number ``first`` on, without end."""
    setups = ((number, draw_setup(number)) for number in count(first))
    return (pair for pair in setups if pair[1].system in systems)


def different(first: Any, second: Any, path: str = '') -> list[str]:
    """The places at which two nested values differ by a bit."""
    if type(first) is not type(second):
        return [path]
    if isinstance(first, torch.Tensor):
        same = first.dtype == second.dtype and first.shape == second.shape
        equal = same and first.numpy().tobytes() == second.numpy().tobytes()
        return [] if equal else [path]
    if isinstance(first, dict):
        if [*first] != [*second]:
            return [path]
        return [p for key in first for p in different(first[key], second[key], f'{path}/{key}')]
    if isinstance(first, list | tuple):
        if len(first) != len(second):
            return [path]
        pairs = enumerate(zip(first, second, strict=True))
        return [place for i, pair in pairs for place in different(*pair, f'{path}/{i}')]
    return [] if first == second or first != first and second != second else [path]


def last_state(work: Path) -> dict[str, Any]:
    """The compared parts of the last checkpoint of a finished training."""
    checkpoint = load_from_disk((work / 'last_checkpoint').read_text())
    meta = {name: checkpoint['meta'][name] for name in ('epoch', 'iter')}
    return {'meta': meta} | {name: checkpoint.get(name) for name in COMPARED}


def finish(setup: Setup, data: Path, work: Path, resume: bool = False) -> float:
    """Train to the end; return the seconds from the first iteration to the end.

    Raises:
        RuntimeError: If the training failed.
    """
    progress = work / PROGRESS
    progress.unlink(missing_ok=True)
    processes, began = _start(setup, data, work, resume), time.monotonic()
    while any(process.is_alive() for process in processes):
        time.sleep(0.01)
        if not progress.exists():
            began = time.monotonic()
    codes = [process.exitcode for process in processes]
    if any(codes):
        log = work.with_suffix('.log').read_text()[-3000:]
        raise RuntimeError(f'{setup.name} ended with {codes}:\n{log}')
    return time.monotonic() - began


def _start(setup: Setup, data: Path, work: Path, resume: bool) -> list[Any]:
    return start(setup.ranks, work.with_suffix('.log'), train_setup, setup, data, work, resume)


def kill_once(setup: Setup, data: Path, work: Path, resume: bool, after: float) -> int | None:
    """Train, and kill all processes some seconds after the first iteration of the call.

    Returns:
        The number of the iteration at the kill, or None if the training had ended before.
    """
    progress = work / PROGRESS
    progress.unlink(missing_ok=True)
    processes = _start(setup, data, work, resume)
    while not progress.exists() and any(process.is_alive() for process in processes):
        time.sleep(0.005)
    time.sleep(after)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    if all(process.exitcode == 0 for process in processes):
        return None
    return int(progress.read_text() or -1) if progress.exists() else -1


def run_setup(setup: Setup, data: Path, folder: Path, runs: int, seed: int) -> list[dict[str, Any]]:
    """Train a setup once undisturbed, and ``runs`` times with kills; a result for each run."""
    rng = random.Random(f'kills {seed}')
    whole = folder / 'whole'
    seconds = finish(setup, data, whole)
    expected = last_state(whole)
    results = []
    for run in range(runs):
        work, kills, resume = folder / f'killed{run}', [], False
        for _ in range(rng.choice((1, 2))):
            at = kill_once(setup, data, work, resume, rng.uniform(0, seconds))
            resume = True
            if at is not None:
                kills.append(at)
        result: dict[str, Any] = {'setup': asdict(setup), 'kills': kills, 'different': []}
        try:
            finish(setup, data, work, resume=True)
            result['different'] = different(expected, last_state(work))
        except (RuntimeError, ValueError, OSError) as error:
            result['different'] = [str(error)]
        left = sorted(path.name for path in work.glob('*.tmp'))
        result['different'] += [f'left over: {name}' for name in left]
        results.append(result)
        shutil.rmtree(work)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--kills', type=int, default=200, help='stop after this number of kills')
    parser.add_argument('--first', type=int, default=0, help='number of the first setup')
    parser.add_argument('--systems', nargs='+', choices=[*SYSTEMS], default=[*SYSTEMS])
    parser.add_argument('--minutes', type=float, default=1e9, help='start no setup after this time')
    parser.add_argument('--out', type=Path, required=True, help='the JSON file of the results')
    args = parser.parse_args()
    rows = json.loads(args.out.read_text()) if args.out.is_file() else []
    setups = islice(setups_of(args.systems, args.first), len(rows) // RUNS, None)
    end = time.monotonic() + 60 * args.minutes
    with tempfile.TemporaryDirectory(prefix='kills-') as data:
        write_data(Path(data))
        while sum(len(row['kills']) for row in rows) < args.kills and time.monotonic() < end:
            number, setup = next(setups)
            with tempfile.TemporaryDirectory(prefix='kills-') as folder:
                try:
                    new = run_setup(setup, Path(data), Path(folder), RUNS, number)
                except RuntimeError as error:
                    new = [{'setup': asdict(setup), 'kills': [], 'different': [str(error)]}] * RUNS
            rows += new
            write_json(args.out, rows)
            kills = [row['kills'] for row in new]
            print(number, setup.name, kills, [row['different'][:3] for row in new], flush=True)
    wrong = [row for row in rows if row['different']]
    kills = sum(len(row['kills']) for row in rows)
    print(f'{kills} kills in {len(rows)} runs of {len(rows) // RUNS} setups; {len(wrong)} differ')
    sys.exit(bool(wrong))


if __name__ == '__main__':
    main()
