"""A network that is changed inside its runner."""

import gc
import os
from copy import deepcopy
from pathlib import Path

import pytest
import torch
import torch.distributed
from mmengine.config import Config
from mmengine.runner import Runner

from mmfer.engine import build_runner
from mmfer.engine.hooks.network_renewal import change_network, continue_schedule, renew_optimizer
from mmfer.engine.pruning import prune_model
from tests.engine.hooks.processes import CONTEXT
from tests.helpers import tiny_config


def halve(runner: Runner) -> None:
    inputs = torch.randn(1, 3, 32, 32)
    change_network(runner, lambda network: prune_model(network, inputs, 0.5))


def gradients(model: torch.nn.Module, images: torch.Tensor) -> list[torch.Tensor]:
    model.train()
    model.zero_grad()
    model(images, mode='tensor')[0].square().mean().backward()
    return [weight.grad.clone() for weight in model.parameters() if weight.grad is not None]


def of_rank(rank: int, cfg: Config) -> dict[str, list[torch.Tensor]]:
    runner = build_runner(cfg)
    # Statistics of a rank of its own, which must not decide what is pruned.
    runner.model.module.backbone.bn1.running_mean += rank
    halve(runner)
    state = [tensor.clone() for tensor in runner.model.module.state_dict().values()]
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(rank))
    alone = gradients(deepcopy(runner.model.module), images)
    return {'state': state, 'alone': alone, 'averaged': gradients(runner.model, images)}


def rank_main(rank: int, folder: Path, cfg: Config) -> None:
    torch.set_num_threads(1)
    os.environ['LOCAL_RANK'] = '0'  # mmengine reads this even if the device is given
    store = f'file://{folder}/store'
    torch.distributed.init_process_group('gloo', init_method=store, rank=rank, world_size=2)
    torch.save(of_rank(rank, cfg), folder / f'rank{rank}.pth')
    gc.collect()  # no wrapper may outlive its process group
    torch.distributed.destroy_process_group()


def test_ranks_have_the_same_network_and_average_its_gradients(
    image_folder: Path, tmp_path: Path
) -> None:
    cfg = tiny_config(tmp_path, image_folder)
    cfg.launcher = 'pytorch'
    cfg.model_wrapper_cfg = dict(type='MMDistributedDataParallel', device_ids=None)
    ranks = [CONTEXT.Process(target=rank_main, args=(rank, tmp_path, cfg)) for rank in (0, 1)]
    for process in ranks:
        process.start()
    for process in ranks:
        process.join(120)
    assert [process.exitcode for process in ranks] == [0, 0]
    first, second = (torch.load(tmp_path / f'rank{rank}.pth', weights_only=True) for rank in (0, 1))
    for one, other in zip(first['state'], second['state'], strict=True):
        assert torch.equal(one, other)
    for i, gradient in enumerate(first['averaged']):
        mean = (first['alone'][i] + second['alone'][i]) / 2
        torch.testing.assert_close(gradient, mean, rtol=1e-4, atol=1e-7)
        assert torch.equal(gradient, second['averaged'][i])


def test_other_wrappers_are_refused(image_folder: Path, tmp_path: Path) -> None:
    runner = build_runner(tiny_config(tmp_path, image_folder))
    runner.model = torch.nn.DataParallel(runner.model)
    with pytest.raises(ValueError, match='inside DataParallel'):
        halve(runner)


def test_learning_rates_are_kept_and_momenta_are_not(image_folder: Path, tmp_path: Path) -> None:
    extra = "param_scheduler = dict(type='CosineAnnealingLR', T_max=4, end=9)\n"
    extra += "train_cfg['max_epochs'] = 3\n"
    runner = build_runner(tiny_config(tmp_path, image_folder, extra=extra))
    runner.train()
    wrapper, schedulers = runner.optim_wrapper, runner.param_schedulers
    halve(runner)
    renew_optimizer(runner)
    assert runner.optim_wrapper.get_lr()['lr'] == [0.01]
    continue_schedule(runner, wrapper, schedulers)
    assert runner.optim_wrapper.get_lr() == wrapper.get_lr()
    assert not runner.optim_wrapper.optimizer.state
    for scheduler in (*schedulers, *runner.param_schedulers):
        scheduler.step()
    assert runner.optim_wrapper.get_lr()['lr'] == wrapper.get_lr()['lr'] == pytest.approx([0.0])
    held = runner.optim_wrapper.optimizer.param_groups[0]['params']
    assert [id(weight) for weight in held] == [id(weight) for weight in runner.model.parameters()]


def test_scaled_learning_rate(image_folder: Path, tmp_path: Path) -> None:
    extra = 'auto_scale_lr = dict(base_batch_size=8, enable=True)\n'
    runner = build_runner(tiny_config(tmp_path, image_folder, extra=extra))
    runner.train()
    renew_optimizer(runner)
    assert runner.optim_wrapper.get_lr()['lr'] == [0.005]
    renew_optimizer(runner, dict(optimizer=dict(type='SGD', lr=0.1)))
    assert runner.optim_wrapper.get_lr()['lr'] == [0.05]
    assert runner.param_schedulers is None


def test_a_runner_without_config_is_refused(image_folder: Path, tmp_path: Path) -> None:
    runner = build_runner(tiny_config(tmp_path, image_folder))
    runner.cfg = Config()
    with pytest.raises(ValueError, match=r'Runner\.from_cfg'):
        renew_optimizer(runner)
