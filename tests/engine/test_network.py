"""Access to the network of a runner."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.model import MMDistributedDataParallel
from torch import nn
from torch.nn.parallel import DataParallel

from mmfer.engine.network import network_and_copies, wrapped_anew


@pytest.fixture
def runner() -> Any:
    """The parts of a runner that the functions need: network, hooks, and a wrapping function."""

    def wrap_model(cfg: dict[str, Any], model: nn.Module) -> nn.Module:
        return MMDistributedDataParallel(model, **cfg)

    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    hooks = [SimpleNamespace(average=nn.Linear(2, 1), interval=1), SimpleNamespace()]
    cfg = dict(model_wrapper_cfg=dict(broadcast_buffers=False))
    return SimpleNamespace(model=model, hooks=hooks, cfg=cfg, wrap_model=wrap_model)


@pytest.fixture
def one_rank(tmp_path: Path) -> Any:
    store = f'file://{tmp_path / "store"}'
    torch.distributed.init_process_group('gloo', init_method=store, rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def test_the_network_and_its_copies_are_found(runner: Any) -> None:
    average = runner.hooks[0].average
    assert list(network_and_copies(runner)) == [runner.model, average]


def test_without_a_wrapper_nothing_changes(runner: Any) -> None:
    model = runner.model
    with wrapped_anew(runner) as network:
        assert network is model
    assert runner.model is model


def test_the_new_wrapper_waits_for_other_gradients(runner: Any, one_rank: None) -> None:
    network = runner.model
    old = runner.model = runner.wrap_model(runner.cfg['model_wrapper_cfg'], network)
    with wrapped_anew(runner) as inside:
        assert inside is network
        network[0].requires_grad_(False)
    assert isinstance(runner.model, MMDistributedDataParallel) and runner.model is not old
    assert runner.model.module is network
    # A wrapper that still waits for the frozen layer would refuse the second step.
    for _ in range(2):
        runner.model.module.zero_grad()
        torch.nn.parallel.DistributedDataParallel.forward(
            runner.model, torch.ones(3, 2)
        ).sum().backward()
    assert network[0].weight.grad is None
    assert torch.allclose(network[1].bias.grad, torch.full((1,), 3.0))


def test_other_wrappers_are_refused(runner: Any) -> None:
    runner.model = DataParallel(runner.model)
    with pytest.raises(ValueError, match='cannot change inside DataParallel'), wrapped_anew(runner):
        pass
