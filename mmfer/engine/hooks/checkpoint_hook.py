"""Checkpoints from which a killed run resumes without a difference."""

from collections import deque
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook as MMEngineCheckpointHook
from mmengine.runner import EpochBasedTrainLoop, Runner

from mmfer.engine.checkpoint import ATOMIC_BACKEND
from mmfer.files import write_atomically
from mmfer.registry import HOOKS


@HOOKS.register_module()
class CheckpointHook(MMEngineCheckpointHook):
    """mmengine's hook of the same name, safe against a kill at any moment.

    - :class:`mmfer.engine.checkpoint.AtomicLocalBackend` writes the checkpoints.
    - An old checkpoint is deleted only after the new one is complete and named in
      ``last_checkpoint``.
    - A checkpoint is saved before the validation of its epoch. A run resumed from this checkpoint
      validates first, so that the best checkpoint and everything that depends on metrics are as in
      an uninterrupted run.

    Args:
        **options: Options of :class:`mmengine.hooks.CheckpointHook`.

    Example:
        >>> checkpoint = dict(
        ...     type='CheckpointHook', interval=1, max_keep_ckpts=2, save_best='accuracy'
        ... )
    """

    keep_ckpt_ids: deque[int]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{'backend_args': {'backend': ATOMIC_BACKEND}, **options})
        self._validated = False
        self._must_validate = False

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Record whether the epoch of a resumed checkpoint was validated."""
        self._must_validate = runner._resume and not checkpoint['meta'].get('validated', True)

    def before_train(self, runner: Runner) -> None:
        """Set up the paths, and repeat the validation that a killed run did not save."""
        super().before_train(runner)
        loop = runner.train_loop
        if not (self._must_validate and isinstance(loop, EpochBasedTrainLoop)):
            return
        loop._decide_current_val_interval()
        due = loop.epoch % loop.val_interval == 0 or loop.epoch == loop.max_epochs
        if runner.val_loop is not None and loop.epoch >= loop.val_begin and due:
            runner.val_loop.run()

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float]) -> None:
        """Save the best checkpoint; checkpoints saved meanwhile count as validated."""
        self._validated = True
        super().after_val_epoch(runner, metrics)
        self._validated = False

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict[str, Any]) -> None:
        outdated: list[int] = []
        if self.max_keep_ckpts > 0 and step not in self.keep_ckpt_ids:
            steps = [*self.keep_ckpt_ids, step]
            outdated = steps[: -self.max_keep_ckpts]
            self.keep_ckpt_ids = deque(steps, self.max_keep_ckpts)
            runner.message_hub.update_info('keep_ckpt_ids', list(self.keep_ckpt_ids))
        filename = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, filename)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            filename,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta={**meta, 'validated': self._validated},
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        if not is_main_process():
            return
        write_atomically(Path(runner.work_dir) / 'last_checkpoint', self.last_ckpt.encode())
        for old in outdated:
            path = self.file_backend.join_path(self.out_dir, self.filename_tmpl.format(old))
            if self.file_backend.isfile(path):
                self.file_backend.remove(path)
