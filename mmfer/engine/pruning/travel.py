"""How far the penalty moves a scale in a training: its travel."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from logging import INFO, WARNING
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from mmengine.optim.scheduler import ReduceOnPlateauParamScheduler
from torch import nn

ENOUGH = 0.5
"""Below this travel, scales that start at 1 stay close to each other."""


class _Rates:
    """The learning rates of an optimizer, which schedulers change without a training."""

    def __init__(self, groups: Sequence[dict[str, Any]]) -> None:
        kept = ({k: v for k, v in group.items() if k != 'params'} for group in groups)
        self.param_groups = [dict(group) for group in kept]
        self._global_step = 0

    def step(self) -> None:
        """Schedulers expect this method to count its calls."""

    step._with_counter = True  # type: ignore[attr-defined]


def learning_rates(
    optim_wrapper: OptimWrapper, schedulers: Sequence[Any], iterations: int, of_epoch: int
) -> np.ndarray:
    """The learning rate of each parameter group in each step of the optimizer.

    The schedulers are copied. A scheduler that depends on the validation changes nothing.

    Args:
        optim_wrapper: The optimizer at the start of the training.
        schedulers: Its schedulers at the start of the training.
        iterations: Number of iterations.
        of_epoch: Number of iterations of an epoch.

    Returns:
        (steps, groups)
    """
    rates = _Rates(optim_wrapper.param_groups)
    copies = [
        deepcopy(scheduler, {id(scheduler.optimizer): rates})
        for scheduler in schedulers
        if not isinstance(scheduler, ReduceOnPlateauParamScheduler)
    ]
    found = []
    for iteration in range(1, iterations + 1):
        found.append([group['lr'] for group in rates.param_groups])
        for scheduler in copies:
            if not scheduler.by_epoch or iteration % of_epoch == 0:
                scheduler.step()
    every, groups = optim_wrapper._accumulative_counts, len(optim_wrapper.optimizer.param_groups)
    # The wrapper has one group more, for schedulers that look at its settings.
    return np.array(found[every - 1 :: every])[:, :groups]


def travel_of_one(
    optim_wrapper: OptimWrapper, rates: np.ndarray, scales: Iterable[nn.Parameter], proximal: bool
) -> float | None:
    """The travel of a scale under a penalty of 1, the least of all scales.

    A gradient of lambda in every step moves a scale by ``lambda * sum(lr) / (1 - momentum)`` under
    SGD; a proximal step by ``lambda * sum(lr)`` under every optimizer. Weight decay is left out.

    Args:
        optim_wrapper: The optimizer.
        rates: The :func:`learning_rates`.
        scales: The scales with the penalty.
        proximal: Whether the penalty is a proximal step.

    Returns:
        The travel; None for the gradient under other optimizers, which divide by its size.
    """
    if not proximal and not isinstance(optim_wrapper.optimizer, torch.optim.SGD):
        return None
    penalized = {id(scale) for scale in scales}
    groups, travels = optim_wrapper.optimizer.param_groups, []
    for group, sum_of_rates in zip(groups, rates.sum(0), strict=True):
        if penalized.isdisjoint(map(id, group['params'])):
            continue
        factor = 1.0 if proximal else (1 - group['dampening']) / (1 - group['momentum'])
        travels.append(float(sum_of_rates) * factor)
    return min(travels, default=None)


def penalty_for_schedule(
    optim_wrapper: OptimWrapper,
    schedulers: Sequence[Any],
    iterations: int,
    of_epoch: int,
    scales: Iterable[nn.Parameter],
    penalty: float,
    travel: float | None = None,
    proximal: bool = False,
) -> float:
    """Log the travel of the scales, and compute lambda if the travel is given.

    Args:
        optim_wrapper, schedulers, iterations, of_epoch: As in :func:`learning_rates`.
        scales: The scales with the penalty.
        penalty: lambda, if ``travel`` is None.
        travel: The distance by which the penalty shall move a scale.
        proximal: Whether the penalty is a proximal step.

    Returns:
        lambda

    Raises:
        ValueError: If the travel is given and does not depend on lambda, or the schedule has no
            learning rate above 0.
    """
    rates = learning_rates(optim_wrapper, schedulers, iterations, of_epoch)
    of_one = travel_of_one(optim_wrapper, rates, scales, proximal)
    if travel is not None:
        if not of_one:
            raise ValueError(
                f'penalty=dict(travel={travel:g}) needs SGD, or proximal=True, and learning rates '
                f'above 0: {type(optim_wrapper.optimizer).__name__} moves no scale in proportion '
                'to the penalty.'
            )
        penalty = travel / of_one
    if of_one:
        found = penalty * of_one
        enough = found >= ENOUGH
        advice = f'Scales start at 1: few come near 0. penalty={1 / of_one:.2g} moves them by 1.'
        print_log(
            f'The penalty {penalty:.3g} moves a scale by at most {found:.2g} in {len(rates)} steps '
            f'of the optimizer. {"" if enough else advice}'.rstrip(),
            logger='current',
            level=INFO if enough else WARNING,
        )
    elif penalty:
        print_log(
            f'How far the penalty {penalty:.3g} moves a scale cannot be told: '
            f'{type(optim_wrapper.optimizer).__name__} divides the gradients by their size, so '
            'that lambda hardly counts. Use SGD, or proximal=True, to reach a sparsity on purpose.',
            logger='current',
            level=WARNING,
        )
    return penalty
