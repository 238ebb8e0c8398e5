"""The distance by which a penalty moves the scales within a schedule."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from torch import nn

from mmfer.engine import build_runner
from mmfer.engine.pruning.penalty import penalize_scales, shrink_scales
from mmfer.engine.pruning.travel import learning_rates, penalty_for_schedule, travel_of_one
from tests.helpers import tiny_config

SCHEDULES = {
    'steps': "param_scheduler = dict(type='MultiStepLR', milestones=[1, 2], gamma=0.1)",
    'one cycle': (
        "param_scheduler = dict(type='OneCycleLR', eta_max=0.1, total_steps=3, by_epoch=True, "
        'convert_to_iter_based=True)'
    ),
    'warm-up': (
        "param_scheduler = [dict(type='LinearLR', start_factor=0.1, end=4, by_epoch=False), "
        "dict(type='CosineAnnealingLR', T_max=3)]"
    ),
    'constant': 'param_scheduler = None',
}


class Recorder(Hook):
    """The learning rate of each iteration."""

    def __init__(self) -> None:
        self.rates: list[float] = []

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        self.rates.append(runner.optim_wrapper.param_groups[0]['lr'])


class Predictor(Recorder):
    """The learning rates that are computed before the training."""

    def before_run(self, runner: Runner) -> None:
        batches = len(runner.train_dataloader)
        self.predicted = learning_rates(
            runner.optim_wrapper, runner.param_schedulers or [], 3 * batches, batches
        )


@pytest.mark.parametrize('schedule', SCHEDULES)
def test_the_rates_are_those_of_the_training(schedule: str, image_folder: Path, tmp_path: Path):
    extra = "train_cfg['max_epochs'] = 3\nval_cfg = val_dataloader = val_evaluator = None\n"
    runner = build_runner(tiny_config(tmp_path, image_folder, extra=extra + SCHEDULES[schedule]))
    hook = Predictor()
    runner.register_hook(hook)
    runner.train()
    assert len(hook.rates) == 9
    np.testing.assert_allclose(hook.predicted[:, 0], hook.rates, rtol=1e-12)


def wrapper(
    optimizer: type, accumulative_counts: int = 1, **options
) -> tuple[nn.Module, OptimWrapper]:
    network = nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1))
    groups = [
        dict(params=network[0].parameters(), lr=0.05),
        dict(params=network[1].parameters(), lr=0.5),
    ]
    built = optimizer(groups, **options)
    return network, OptimWrapper(built, accumulative_counts=accumulative_counts)


@pytest.mark.parametrize(
    ('options', 'proximal'),
    [
        (dict(), False),
        (dict(momentum=0.9), False),
        (dict(momentum=0.9, dampening=0.5), False),
        (dict(momentum=0.9), True),
    ],
)
def test_a_scale_moves_by_the_travel(options: dict, proximal: bool):
    network, wrapped = wrapper(torch.optim.SGD, **options)
    scale = network[0].weight
    steps = 400
    rates = learning_rates(wrapped, [], steps, 10)
    assert rates.shape == (steps, 2)
    of_one = travel_of_one(wrapped, rates, [scale], proximal)
    penalty = 0.8 / of_one
    start = shrink_scales if proximal else penalize_scales
    start(wrapped.optimizer, [scale], penalty)
    for _ in range(steps):
        scale.grad = torch.zeros_like(scale)  # the loss does not depend on it
        wrapped.optimizer.step()
    # The momentum needs some steps to build up, and moves on at the end.
    assert scale.detach().numpy() == pytest.approx(0.2, abs=0.03 if options else 1e-4)


def test_accumulated_iterations_are_one_step():
    _, wrapped = wrapper(torch.optim.SGD, accumulative_counts=3)
    assert learning_rates(wrapped, [], 9, 3).shape == (3, 2)


def test_lambda_follows_from_the_travel(log: list[str]):
    network, wrapped = wrapper(torch.optim.SGD, momentum=0.9)
    scales = [network[0].weight]
    found = penalty_for_schedule(wrapped, [], 100, 10, scales, 0.0, travel=1.0)
    assert found == pytest.approx(1 / (100 * 0.05 / 0.1))
    assert 'moves a scale by at most 1 in 100 steps of the optimizer.' in log[-1]
    assert penalty_for_schedule(wrapped, [], 100, 10, scales, 1e-4) == 1e-4
    assert 'at most 0.005' in log[-1] and 'penalty=0.02 moves them by 1' in log[-1]


def test_adam_needs_a_proximal_step(log: list[str]):
    network, wrapped = wrapper(torch.optim.Adam)
    scales = [network[0].weight]
    assert penalty_for_schedule(wrapped, [], 100, 10, scales, 0.0) == 0 and not log
    assert penalty_for_schedule(wrapped, [], 100, 10, scales, 1e-4) == 1e-4
    assert 'cannot be told: Adam divides the gradients' in log[-1]
    with pytest.raises(ValueError, match=r'needs SGD, or proximal=True.*Adam moves no scale'):
        penalty_for_schedule(wrapped, [], 100, 10, scales, 0.0, travel=1.0)
    found = penalty_for_schedule(wrapped, [], 100, 10, scales, 0.0, travel=1.0, proximal=True)
    assert found == pytest.approx(1 / (100 * 0.05))
