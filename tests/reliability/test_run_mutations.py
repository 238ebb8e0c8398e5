"""Damaged files of every reader give a clear error; the tool finds readers that do not."""

import os
import time
from pathlib import Path

import pytest

from tests.reliability import run_mutations
from tests.reliability.run_mutations import Target, damaged, run_target
from tests.reliability.targets import TARGETS

COUNT = 25
"""Damages of each reader; the figure in docs/reliability.md is of many more."""


@pytest.mark.parametrize('target', TARGETS, ids=[target.name for target in TARGETS])
def test_damaged_files_are_read_or_named(target: Target) -> None:
    outcome = run_target(target, COUNT)
    assert outcome.faults == {}
    assert outcome.counts.total() == COUNT
    assert outcome.peak < 500


def write(root: Path) -> None:
    (root / 'a.txt').write_text('1 2 3\n')


def fail(root: Path) -> None:
    raise TypeError('no number')


def fail_without_a_name(root: Path) -> None:
    raise ValueError('no number')


def fail_well(root: Path) -> None:
    raise ValueError(f'no number in {root}')


def die(root: Path) -> None:
    os.abort()


def hang(root: Path) -> None:
    time.sleep(60)


def fill(root: Path) -> None:
    bytearray(3 << 30)


@pytest.mark.parametrize(
    ('read', 'fault'),
    [
        (fail, 'another type: TypeError'),
        (fail_without_a_name, 'no file in the message: ValueError'),
        (fill, 'another type: MemoryError'),
        (die, 'the process died'),
        (hang, 'no end within 1 s'),
    ],
)
def test_faulty_readers_are_found(
    read: object, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_mutations, 'SECONDS', 1.0)
    once = iter([lambda root: None])

    def reader(root: Path) -> None:
        next(once, read)(root)  # type: ignore[operator]

    outcome = run_target(Target('test', write, ('*',), reader), 3)
    ((found, numbers),) = outcome.faults.items()
    assert found.startswith(fault) and numbers == [0, 1, 2]


def test_clear_errors_and_reading_are_counted() -> None:
    once = iter([lambda root: None] * 2)
    outcome = run_target(Target('test', write, ('*',), lambda r: next(once, fail_well)(r)), 5)
    assert outcome.faults == {} and outcome.counts == {'read': 1, 'clear error': 4}


def test_a_damage_depends_on_its_number_alone(tmp_path: Path) -> None:
    write(tmp_path)
    seen = []
    for number in (0, 1, 0, 1):
        with damaged(Target('test', write, ('*',), fail), tmp_path, number) as path:
            seen.append(path.read_bytes())
        assert path.read_bytes() == b'1 2 3\n'
    assert seen[:2] == seen[2:] and len(set(seen)) == 2
