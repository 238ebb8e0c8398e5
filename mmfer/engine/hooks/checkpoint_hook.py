"""Checkpoints from which a killed run resumes without a difference."""

from collections import deque
from collections.abc import Iterable, Mapping
from inspect import signature
from pathlib import Path
from typing import Any

from mmengine.dist import get_rank, is_main_process
from mmengine.hooks import CheckpointHook as MMEngineCheckpointHook
from mmengine.runner import EpochBasedTrainLoop as MMEngineTrainLoop
from mmengine.runner import IterBasedTrainLoop as MMEngineIterLoop
from mmengine.runner import Runner

from mmfer.engine.checkpoint import ATOMIC_BACKEND, STOPPED
from mmfer.engine.rank_state import gather_states, restore_network
from mmfer.engine.train_loop import EpochBasedTrainLoop, IterBasedTrainLoop
from mmfer.files import write_atomically
from mmfer.registry import HOOKS


@HOOKS.register_module()
class CheckpointHook(MMEngineCheckpointHook):
    """mmengine's hook of the same name, safe against a kill at any moment.

    - :class:`mmfer.engine.checkpoint.AtomicLocalBackend` writes the checkpoints.
    - An old checkpoint is deleted only after the new one is complete and named in
      ``last_checkpoint``.
    - A checkpoint in the middle of an epoch, or of a training by iterations, contains the states of
      the random generators, and one between two steps of an optimizer that accumulates gradients
      contains the gradients.
    - A checkpoint is saved before the validation of its epoch or iteration. A run resumed from this
      checkpoint validates first, so that the best checkpoint and everything that depends on metrics
      are as in an uninterrupted run.

    Args:
        **options: Options of :class:`mmengine.hooks.CheckpointHook`.

    Raises:
        ValueError: If an option is unknown, or a run resumes with another number of ranks or of
            iterations in an epoch.

    Example:
        >>> checkpoint = dict(
        ...     type='CheckpointHook', interval=1, max_keep_ckpts=2, save_best='accuracy'
        ... )
    """

    keep_ckpt_ids: deque[int]

    def __init__(self, **options: Any) -> None:
        known = signature(MMEngineCheckpointHook.__init__).parameters
        if unknown := sorted(options.keys() - known.keys()):
            raise ValueError(
                f'CheckpointHook has no option {", ".join(unknown)}. Its options are: '
                f'{", ".join(list(known)[1:-1])}.'
            )
        super().__init__(**{'backend_args': {'backend': ATOMIC_BACKEND}, **options})
        self._validated = False
        self._must_validate = False
        self._resumes_here = False
        self._states: list[dict[str, Any]] = []
        self.saved_iter = -1
        """Number of finished iterations at the last checkpoint of this process."""

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Check that a resumed run has the same steps, and whether it repeats a validation."""
        if not runner._resume:
            return
        _check_steps(checkpoint['meta'], _steps(runner))
        self._must_validate = not checkpoint['meta'].get('validated', True)
        self._states = checkpoint.pop('ranks', [])
        here = Path(runner._load_from or runner.work_dir)
        folder = here.parent if here.is_file() else here
        self._resumes_here = folder.is_dir() and folder.samefile(runner.work_dir)

    def before_train(self, runner: Runner) -> None:
        """Set up the paths, and repeat the validation that a killed run did not save."""
        super().before_train(runner)
        if self._resumes_here:
            self._remove(runner.message_hub.runtime_info.get('outdated_ckpts', ()))
        loop = runner.train_loop
        if self._states:
            state, self._states = self._states[get_rank()], []
            restore_network(runner, state)
            if isinstance(loop, EpochBasedTrainLoop | IterBasedTrainLoop):
                loop.random_state = state.get('random')
        if self._must_validate and runner.val_loop is not None and _validation_due(loop):
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
        names = [self.filename_tmpl.format(old) for old in outdated]
        # A run that is killed before it removes these files removes them when it is resumed.
        runner.message_hub.update_info('outdated_ckpts', names)
        self._save(runner, self.filename_tmpl.format(step), meta)
        names += [path.name for path in Path(self.out_dir).glob(f'{STOPPED}*.pth')]
        self._remove(names)

    def save_now(self, runner: Runner) -> str:
        """Save a checkpoint after an iteration, from which the training resumes exactly there.

        The next regular checkpoint removes this checkpoint.

        Returns:
            The path.
        """
        meta = dict(epoch=runner.epoch, iter=runner.iter + 1)
        self._save(runner, f'{STOPPED}iter_{runner.iter + 1}.pth', meta)
        return str(self.last_ckpt)

    def save_after_epoch(self, runner: Runner) -> str:
        """Save a checkpoint after the validation of an epoch; return the path."""
        self._validated = True
        meta = dict(epoch=runner.epoch, iter=runner.iter)
        self._save(runner, f'{STOPPED}iter_{runner.iter}.pth', meta)
        return str(self.last_ckpt)

    def _save(self, runner: Runner, filename: str, meta: dict[str, Any]) -> None:
        """Save a checkpoint and name it in ``last_checkpoint``."""
        steps = _steps(runner)
        length = steps.get('epoch_length')
        in_epoch = length is not None and meta['iter'] > meta['epoch'] * length
        self._states = gather_states(runner, in_epoch or length is None)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, filename)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            filename,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            # The validation belongs to finished epochs.
            meta={**meta, **steps, 'validated': self._validated or in_epoch},
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        self._states = []
        self.saved_iter = meta['iter']
        if is_main_process():
            write_atomically(Path(runner.work_dir) / 'last_checkpoint', self.last_ckpt.encode())

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Add the states of the ranks."""
        if self._states:
            checkpoint['ranks'] = self._states

    def _remove(self, names: Iterable[str]) -> None:
        if not is_main_process():
            return
        for name in names:
            path = self.file_backend.join_path(self.out_dir, name)
            if self.file_backend.isfile(path):
                self.file_backend.remove(path)


def _steps(runner: Runner) -> dict[str, int]:
    """What the count of iterations depends on."""
    steps = {'world_size': runner.world_size}
    if isinstance(runner.train_loop, MMEngineTrainLoop):
        steps['epoch_length'] = len(runner.train_dataloader)
    return steps


def _validation_due(loop: Any) -> bool:
    """Whether a loop of mmengine validates after its last finished epoch or iteration."""
    if isinstance(loop, MMEngineTrainLoop):
        done, end = loop.epoch, loop.max_epochs
    elif isinstance(loop, MMEngineIterLoop):
        done, end = loop.iter, loop.max_iters
    else:
        return False
    loop._decide_current_val_interval()
    return done >= loop.val_begin and (done % loop.val_interval == 0 or done == end)


def _check_steps(saved: Mapping[str, Any], now: Mapping[str, int]) -> None:
    """Check that a resumed run has as many ranks and iterations in an epoch as its checkpoint."""
    kinds = {'world_size': 'ranks', 'epoch_length': 'iterations in an epoch'}
    for entry, kind in kinds.items():
        if entry in now and saved.get(entry, now[entry]) != now[entry]:
            raise ValueError(
                f'The checkpoint was trained with {saved[entry]} {kind}, but this run has '
                f'{now[entry]}, so its schedule would not fit. Resume with the same number of '
                'ranks, the same batch size and the same data, or start a new run from the '
                'weights, in another work directory: load_from=CHECKPOINT without --resume.'
            )
