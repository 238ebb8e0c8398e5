"""Saves a checkpoint when the training is told to stop."""

import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
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
    run. A second Ctrl-C ends a run of one process at once. A validation is finished first; only a
    run of one process whose epoch is saved already stops at once, and validates when it is resumed.

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
        if number := self._agreed():
            checkpoint = _checkpoint_hook(runner)
            self._stop(runner, number, checkpoint and checkpoint.save_now(runner))

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence[Any] | None = None,
    ) -> None:
        """Stop the validation of a training in one process, if its epoch is saved."""
        checkpoint = _checkpoint_hook(runner)
        saved = checkpoint is not None and checkpoint.saved_iter == runner.iter
        if self._received and self._alone and saved:
            assert checkpoint is not None
            # Nothing is saved now, because other hooks change the network for a validation.
            self._stop(runner, self._received, checkpoint.last_ckpt)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Stop all ranks of a training after a validation."""
        if self._before and (number := self._agreed()):
            checkpoint = _checkpoint_hook(runner)
            self._stop(runner, number, checkpoint and checkpoint.save_after_epoch(runner))

    def _agreed(self) -> int:
        """The signal that this or another rank got, or 0."""
        if self._alone:
            return self._received
        flag = torch.tensor(self._received)
        distributed.all_reduce(flag, distributed.ReduceOp.MAX, group=self._group)
        return int(flag)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self._received and number == signal.SIGINT and self._alone:
            raise KeyboardInterrupt
        self._received = number

    def _stop(self, runner: Runner, number: int, saved: str | None) -> None:
        what = f'The checkpoint is {saved}; continue with --resume.'
        if saved is None:
            what = 'Nothing is saved, because the config has no CheckpointHook.'
        runner.logger.warning(f'Stopped by {signal.Signals(number).name}. {what}')
        self._restore()
        raise SystemExit(128 + number)

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}


def _checkpoint_hook(runner: Runner) -> CheckpointHook | None:
    return next((hook for hook in runner.hooks if isinstance(hook, CheckpointHook)), None)
