"""Saves a checkpoint when the training is told to stop."""

import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner
from torch import distributed

from mmfer.engine.hooks.checkpoint_hook import CheckpointHook
from mmfer.registry import HOOKS

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@HOOKS.register_module()
class StopSignalHook(Hook):
    """End a training after SIGTERM or SIGINT (Ctrl-C) with a checkpoint of its last iteration.

    Systems that share machines send SIGTERM before they stop a process. All ranks finish the
    current iteration, ``stopped_iter_<n>.pth`` is saved, and the processes exit with 143 (SIGTERM)
    or 130 (SIGINT). A run resumed from this checkpoint gives the same weights as an uninterrupted
    run. A second Ctrl-C ends a run of one process at once. During a validation, a run of one
    process stops after the current batch; the validation is repeated by the resumed run.

    Example:
        >>> default_hooks = dict(stop_signal=dict(type='StopSignalHook'))
    """

    # Runs after all hooks that change the state of the training.
    priority = 'LOWEST'

    def __init__(self) -> None:
        self._received = 0
        self._before: dict[int, Any] = {}
        self._group: Any = None
        self._alone = True

    def before_train(self, runner: Runner) -> None:
        """Listen to the signals."""
        self._alone = runner.world_size == 1
        if not self._alone and self._group is None:
            # Flags of the processor, so that a GPU does not have to wait for them.
            self._group = distributed.new_group(backend='gloo')
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._receive) for number in SIGNALS}

    def after_train(self, runner: Runner) -> None:
        """Restore the previous handlers."""
        self._restore()

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        """Stop all ranks after the same iteration, if one of them got a signal."""
        received = self._received
        if not self._alone:
            flag = torch.tensor(received)
            distributed.all_reduce(flag, distributed.ReduceOp.MAX, group=self._group)
            received = int(flag)
        if received:
            self._stop(runner, received, save=True)

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence[Any] | None = None,
    ) -> None:
        """Stop the validation of a training in one process."""
        if self._received and self._alone and isinstance(runner.train_loop, BaseLoop):
            self._stop(runner, self._received, save=False)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self._received and number == signal.SIGINT and self._alone:
            raise KeyboardInterrupt
        self._received = number

    def _stop(self, runner: Runner, number: int, save: bool) -> None:
        name = signal.Signals(number).name
        hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
        if not hooks:
            saved = 'nothing is saved, because the config has no CheckpointHook'
        elif save:
            saved = f'saved {hooks[0].save_now(runner)}'
        else:
            saved = f'saved {hooks[0].save_after_epoch(runner)}'
        runner.logger.warning(f'Stopped by {name}: {saved}. Resume with --resume.')
        self._restore()
        raise SystemExit(128 + number)

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
