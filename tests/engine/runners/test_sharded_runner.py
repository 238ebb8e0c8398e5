"""Divided weights on two real ranks, against the whole network on both."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from mmfer.engine.checkpoint import load_from_disk
from tests.helpers import ROOT, tool_environment
from tests.small_configs import write_data


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('sharded')
    write_data(folder / 'data')
    command = [sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node', '2']
    command += ['--rdzv-backend', 'c10d', '--rdzv-endpoint', '127.0.0.1:0']
    command += ['-m', 'tests.sharded_ranks', str(folder)]
    done = subprocess.run(
        command, env=tool_environment(), cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope='module')
def ranks(folder: Path) -> list[dict[str, Any]]:
    return [json.loads((folder / f'rank{i}.json').read_text()) for i in (0, 1)]


def weights(folder: Path, name: str) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = load_from_disk(str(folder / name / 'epoch_2.pth'))
    return state['state_dict']


def test_each_rank_has_half_of_the_weights_and_of_the_optimizer(ranks):
    for found in ranks:
        assert found['units'][-1] == '' and len(found['units']) > 3
        assert found['divided']
        # A few small tensors, such as a bias, cannot be divided evenly.
        assert 0.45 < found['own'] / found['weights'] < 0.55
        assert 0.45 < found['own_states'] / found['weights'] < 0.55
    assert sum(found['own'] for found in ranks) == ranks[0]['weights']
    assert ranks[0]['units'] == ranks[1]['units']


def test_the_training_equals_that_of_whole_networks(folder):
    divided, whole = weights(folder, 'divided'), weights(folder, 'whole')
    assert divided.keys() == whole.keys()
    before = load_from_disk(str(folder / 'whole/epoch_1.pth'))['state_dict']
    for name, value in whole.items():
        assert type(divided[name]) is torch.Tensor
        torch.testing.assert_close(divided[name], value, rtol=1e-4, atol=1e-5)
    moved = [(whole[name] - before[name]).abs().max() for name in whole if 'weight' in name]
    assert min(moved) > 0 and max(moved) > 1e-4


def test_a_resumed_training_ends_with_the_same_bits(folder):
    divided, resumed = weights(folder, 'divided'), weights(folder, 'resumed')
    for name, value in divided.items():
        assert torch.equal(resumed[name], value), name


def test_the_optimizer_is_saved_whole(folder):
    divided, whole = (
        load_from_disk(str(folder / name / 'epoch_2.pth'))['optimizer']
        for name in ('divided', 'whole')
    )
    assert divided['state'].keys() == whole['state'].keys()
    for number, state in whole['state'].items():
        torch.testing.assert_close(
            divided['state'][number]['exp_avg'], state['exp_avg'], rtol=1e-3, atol=1e-6
        )


def test_whole_and_divided_networks_test_alike(ranks):
    for found in ranks:
        divided, whole = found['metrics']['divided'], found['metrics']['whole']
        assert divided == pytest.approx(whole, abs=1e-3)
        assert whole == ranks[0]['metrics']['whole']


def test_hooks_that_need_the_whole_network_are_refused(ranks):
    assert 'EMAHook needs the whole network on each rank' in ranks[0]['refusal']
