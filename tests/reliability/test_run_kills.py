"""Trainings that are killed at a random moment end with the weights of undisturbed ones."""

from itertools import islice
from pathlib import Path

import pytest
import torch

from tests.reliability.run_kills import different, draw_setup, run_setup, setups_of
from tests.reliability.trainings import SYSTEMS, Setup
from tests.small_configs import write_data

SETUPS = [
    Setup('multi_region', accumulate=2, ema=True, workers=1, prune=True, every=3),
    Setup('rald', ranks=2, accumulate=3, amp=True),
]
"""The figure in docs/reliability.md is of many setups of all systems."""


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp('data'))


@pytest.mark.parametrize('setup', SETUPS, ids=[setup.system for setup in SETUPS])
def test_a_killed_run_ends_with_equal_weights(setup: Setup, data: Path, tmp_path: Path) -> None:
    results = run_setup(setup, data, tmp_path, runs=1, seed=1)
    assert [result['different'] for result in results] == [[]]


def test_differences_of_a_bit_are_found() -> None:
    def state(value: float) -> dict:
        return {'a': [torch.tensor([1.0, value])], 'b': (1, {'c': 'd'}), 'e': float('nan')}

    assert different(state(0.5), state(0.5)) == []
    assert different(state(0.5), state(0.5 + 2**-24)) == ['/a/0']
    assert different(state(0.0), state(-0.0)) == ['/a/0']
    assert different({'a': 1}, {'b': 1}) == [''] and different([1], [1, 2]) == ['']
    assert different(torch.ones(1), torch.ones(1).double()) == ['']
    assert different({'a': 1}, {'a': '1'}) == ['/a']


def test_setups_cover_all_systems_and_options() -> None:
    setups = [draw_setup(number) for number in range(60)]
    assert setups == [draw_setup(number) for number in range(60)]
    for system in SYSTEMS:
        own = [setup for setup in setups if setup.system == system]
        for field, values in dict(ranks={1, 2}, ema={True, False}, amp={True, False}).items():
            assert {getattr(setup, field) for setup in own} == values
        assert {setup.prune for setup in own} == ({False} if system == 'faer' else {True, False})


def test_setups_of_some_systems_keep_their_numbers() -> None:
    pairs = list(islice(setups_of(['faer', 'apex'], 4), 4))
    assert [number for number, _ in pairs] == [4, 8, 9, 13]
    assert [setup for _, setup in pairs] == [draw_setup(number) for number, _ in pairs]
