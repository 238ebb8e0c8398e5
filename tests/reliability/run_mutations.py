"""Read files with random damage, in processes with limits on memory and time.

python -m tests.reliability.run_mutations --count 2000 --out work_dirs/mutations.json
python -m tests.reliability.run_mutations --only coco --first 17 --count 1 --show

Each damage depends on the reader and its number alone, so that the second form repeats one. The
result of a reader is written when all its files are read, so that a killed run continues.
"""

import argparse
import contextlib
import gc
import json
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mmengine.logging import MMLogger

from mmfer.files import write_json
from tests.reliability.mutations import mutate

CONTEXT = multiprocessing.get_context('fork')
MEMORY = 2 << 30
"""How much a process may allocate besides what it has at its start, in bytes."""
SECONDS = 30.0
"""How long a reader may take for one file."""


@dataclass(frozen=True)
class Target:
    """A reader with intact files.

    Args:
        name: The name of the reader.
        write: Writes the intact files into a folder.
        files: Patterns of the files to damage, relative to the folder.
        read: Reads the files of a folder; raises AssertionError if a result is not possible.
    """

    name: str
    write: Callable[[Path], object]
    files: tuple[str, ...]
    read: Callable[[Path], object]


@dataclass
class Outcome:
    """What happened to the damaged files of a reader.

    Attributes:
        counts: How many files were read, and how many gave a clear error.
        faults: A description of each other file, by kind, with the numbers of its damages.
        peak: The largest memory of the process, in MiB, above that at its start.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[int]] = field(default_factory=dict)
    peak: float = 0.0


def judge(read: Callable[[Path], object], root: Path) -> tuple[str, str]:
    """Read the files; return ``read``, ``clear error`` or ``fault``, and a description.

    An error is clear if it is a ValueError or an OSError that names a file.
    """
    try:
        read(root)
        return 'read', ''
    except (ValueError, OSError) as error:
        if str(root) in str(error):
            return 'clear error', str(error)
        return 'fault', _describe(error, 'no file in the message')
    except BaseException as error:
        return 'fault', _describe(error, 'another type')


def _describe(error: BaseException, why: str) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = next((f for f in reversed(frames) if '/mmfer/' in f.filename), frames[-1])
    place = f'{own.filename.partition("/mmfer/")[2] or own.filename}:{own.lineno}'
    return f'{why}: {type(error).__name__} at {place}: {str(error)[:200]}'


def _damaged(target: Target, root: Path, number: int) -> Iterator[Path]:
    """Damage a file of a target; restore all files afterwards."""
    rng = random.Random(f'{target.name}:{number}')
    files = sorted(path for pattern in target.files for path in root.glob(pattern))
    path = rng.choice(files)
    intact = path.read_bytes()
    kind = path.suffix.removeprefix('.') or path.name
    path.write_bytes(mutate(intact, kind, rng))
    try:
        yield path
    finally:
        path.write_bytes(intact)


damaged = contextlib.contextmanager(_damaged)


def _work(target: Target, folder: Path, first: int, end: int, pipe: Connection, show: bool) -> None:
    """Judge the damages from ``first`` to ``end`` - 1 in this process."""
    if not show:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1), os.dup2(null, 2)
    with open('/proc/self/statm') as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    root = folder / 'root'
    for number in range(first, end):
        with damaged(target, root, number):
            state, description = judge(target.read, root)
        peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) / 1024
        pipe.send((number, state, description, peak))


def run_target(target: Target, count: int, first: int = 0, show: bool = False) -> Outcome:
    """Judge ``count`` damages of a target; a process that dies or hangs is replaced."""
    outcome, number, end = Outcome(), first, first + count
    with tempfile.TemporaryDirectory(prefix='mutations-') as folder:
        (Path(folder) / 'root').mkdir()
        target.write(Path(folder) / 'root')
        intact = judge(target.read, Path(folder) / 'root')
        assert intact[0] == 'read', f'{target.name}, intact: {intact[1]}'
        shutil.copytree(Path(folder) / 'root', Path(folder) / 'intact')
        while number < end:
            ours, theirs = CONTEXT.Pipe(duplex=False)
            process = CONTEXT.Process(
                target=_work, args=(target, Path(folder), number, end, theirs, show), daemon=True
            )
            process.start()
            theirs.close()
            number = _listen(ours, outcome, number, end)
            process.kill()
            process.join()
            # A process that is killed leaves its damage.
            shutil.rmtree(Path(folder) / 'root')
            shutil.copytree(Path(folder) / 'intact', Path(folder) / 'root')
    return outcome


def _listen(pipe: Connection, outcome: Outcome, number: int, end: int) -> int:
    """Collect results until the process ends; return the number of the next damage."""
    while number < end:
        state, description = 'fault', f'no end within {SECONDS:g} s'
        try:
            if answered := pipe.poll(SECONDS):
                _, state, description, peak = pipe.recv()
                outcome.peak = max(outcome.peak, peak)
        except EOFError:
            answered, description = False, 'the process died'
        if state == 'fault':
            outcome.faults.setdefault(description, []).append(number)
        else:
            outcome.counts[state] += 1
        number += 1
        if not answered:
            break
    return number


def summary(name: str, outcome: Outcome, seconds: float) -> dict[str, Any]:
    return {
        'reader': name,
        'files': outcome.counts.total() + sum(map(len, outcome.faults.values())),
        'read': outcome.counts['read'],
        'clear errors': outcome.counts['clear error'],
        'faults': outcome.faults,
        'peak MiB': round(outcome.peak),
        'seconds': round(seconds, 1),
    }


def main() -> None:
    from tests.reliability.targets import TARGETS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--count', type=int, default=1000, help='damages of each reader')
    parser.add_argument('--first', type=int, default=0, help='number of the first damage')
    parser.add_argument('--only', nargs='+', default=[], help='starts of the names of readers')
    parser.add_argument('--out', type=Path, help='the JSON file of the results')
    parser.add_argument('--show', action='store_true', help='show the output of the readers')
    args = parser.parse_args()
    gc.freeze()
    MMLogger.get_current_instance().setLevel('ERROR')
    done = json.loads(args.out.read_text()) if args.out and args.out.is_file() else []
    known = {row['reader'] for row in done if row['files'] >= args.count}
    rows = [row for row in done if row['reader'] in known]
    for target in TARGETS:
        wanted = not args.only or target.name.startswith(tuple(args.only))
        if not wanted or target.name in known:
            continue
        begin = time.monotonic()
        outcome = run_target(target, args.count, args.first, args.show)
        rows.append(summary(target.name, outcome, time.monotonic() - begin))
        print({**rows[-1], 'faults': sum(map(len, outcome.faults.values()))}, flush=True)
        for fault, numbers in outcome.faults.items():
            print(f'    {len(numbers)} x {fault} (damages {numbers[:5]})', flush=True)
        if args.out:
            write_json(args.out, rows)
    faults = sum(len(n) for row in rows for n in row['faults'].values())
    print(f'{sum(row["files"] for row in rows)} damaged files, {faults} faults')
    sys.exit(faults > 0)


if __name__ == '__main__':
    main()
