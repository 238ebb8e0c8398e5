"""Ends a training whose loss or weights are no numbers any more."""

from math import isfinite
from typing import Any

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import CheckpointHook, Hook, LoggerHook
from mmengine.runner import Runner
from torch import Tensor

from mmfer.engine.checkpoint import kept_checkpoint
from mmfer.engine.feature_bank import unwrap
from mmfer.engine.sharding import own_part
from mmfer.registry import HOOKS


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stop a training within one logging interval after its loss becomes NaN or infinite.

    The weights are then lost, and later checkpoints would replace the good ones. Before every
    checkpoint, the loss and the weights are checked, so that only finite weights are saved. All
    ranks stop together.

    Args:
        interval: Iterations between two checks; None takes the interval of the LoggerHook.

    Raises:
        ValueError: If a loss or a weight is not finite; the message names the last checkpoint.

    Example:
        >>> default_hooks = dict(finite_loss=dict(type='FiniteLossHook'))
    """

    # Runs before any hook that saves a checkpoint.
    priority = 'HIGH'

    def __init__(self, interval: int | None = None) -> None:
        if interval is not None and interval < 1:
            raise ValueError(f'interval={interval} must be at least 1.')
        self.interval = interval
        self._checked: list[tuple[int, dict[str, Tensor]]] = []

    def before_train(self, runner: Runner) -> None:
        """Find the interval."""
        self._checked = []
        if self.interval is None:
            intervals = [hook.interval for hook in runner.hooks if isinstance(hook, LoggerHook)]
            self.interval = min(intervals, default=50)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        """Collect the losses, and check them when it is time."""
        losses = {
            name: torch.as_tensor(value).detach()
            for name, value in (outputs or {}).items()
            if 'loss' in name
        }
        self._checked.append((runner.iter + 1, losses))
        saves = any(_saves(hook, runner) for hook in runner.hooks)
        assert self.interval is not None
        if saves or len(self._checked) >= self.interval:
            self._check(runner, weights=saves)

    def after_train_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Check the rest of the epoch, and the weights, which may be saved now."""
        self._check(runner, weights=True)

    def _check(self, runner: Runner, weights: bool) -> None:
        """Check the collected losses and, before a checkpoint, the weights, on all ranks alike."""
        parameters = [own_part(one.detach()) for one in unwrap(runner.model).parameters()]
        finite = torch.ones((), device=parameters[0].device)
        for _, losses in self._checked:
            for value in losses.values():
                finite = finite * value.isfinite().all().to(finite.device)
        if weights:
            for parameter in parameters:
                finite = finite * parameter.isfinite().all()
        all_reduce(finite, op='min')
        checked, self._checked = self._checked, []
        if not finite:
            raise ValueError(self._message(runner, checked))

    def _message(self, runner: Runner, checked: list[tuple[int, dict[str, Tensor]]]) -> str:
        what = f'The weights after iteration {runner.iter} are not finite'
        for iteration, losses in checked:
            values = {name: float(value.sum()) for name, value in losses.items()}
            if not all(map(isfinite, values.values())):
                shown = ', '.join(f'{name}={value:g}' for name, value in values.items())
                what = f'The loss of iteration {iteration} is not finite ({shown})'
                break
        kept = kept_checkpoint(runner.work_dir)
        return (
            f'{what}, so the training stops in epoch {runner.epoch + 1}. {kept} Decrease the '
            'learning rate, clip the gradients (optim_wrapper.clip_grad.max_norm=5), or check the '
            'data, and start again.'
        )


def _saves(hook: Hook, runner: Runner) -> bool:
    """Whether a hook saves a checkpoint after this iteration."""
    if not isinstance(hook, CheckpointHook) or hook.by_epoch:
        return False
    due: bool = hook.every_n_train_iters(runner, hook.interval, hook.save_begin)
    return due or (hook.save_last and hook.is_last_train_iter(runner))
