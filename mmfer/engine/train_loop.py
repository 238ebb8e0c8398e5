"""Training that may be resumed at any iteration, by epochs or by iterations."""

import re
from collections.abc import Generator, Iterator
from itertools import islice
from typing import Any

import torch
from mmengine.dataset import InfiniteSampler
from mmengine.dist import get_rank
from mmengine.runner import EpochBasedTrainLoop as MMEngineTrainLoop
from mmengine.runner import IterBasedTrainLoop as MMEngineIterLoop
from mmengine.runner import Runner
from mmengine.runner.loops import _InfiniteDataloaderIterator

from mmfer.engine.checkpoint import kept_checkpoint
from mmfer.engine.rank_state import set_random_state
from mmfer.registry import LOOPS
from mmfer.worker_pool import WorkerKilledError

DEAD_WORKER = re.compile(r'DataLoader worker \(pid(\(s\))? [\d, ]+\) (exited|is killed)')
"""PyTorch's message about a killed data loading process."""


def done_in_epoch(runner: Runner) -> int:
    """Number of finished iterations of the current epoch; 0 in a training by iterations."""
    loop = runner.train_loop
    if not isinstance(loop, MMEngineTrainLoop):
        return 0
    done = loop.iter - loop.epoch * len(loop.dataloader)
    return done if 0 < done <= len(loop.dataloader) else 0


def needs_epochs(runner: Runner, needed: Any, name: str) -> None:
    """Check that a training counts epochs, if a hook needs them.

    Args:
        runner: The runner of the training.
        needed: Whether the hook needs epochs.
        name: The hook, for the message.

    Raises:
        ValueError: If the training counts iterations.
    """
    if needed and not isinstance(runner.train_loop, MMEngineTrainLoop):
        raise ValueError(
            f'{name} acts at epochs, but this training counts iterations, so the hook would '
            'never act. Train by epochs: train_cfg=dict(by_epoch=True, '
            'max_epochs=...).'
        )


@LOOPS.register_module()
class EpochBasedTrainLoop(MMEngineTrainLoop):
    """mmengine's loop of the same name, which continues an epoch where its checkpoint stopped.

    The batches that the checkpoint was trained on are read again, but not trained on again, and the
    random generators continue as in the checkpoint. So a run that is killed after a checkpoint in
    the middle of an epoch gives the same weights as an uninterrupted run.

    Args:
        *args, **options: Options of mmengine's loop.

    Example:
        >>> train_cfg = dict(by_epoch=True, max_epochs=10)
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.random_state: dict[str, Any] | None = None
        """The state of the generators after the last iteration of a checkpoint, or None."""

    def run_epoch(self) -> None:
        """Iterate over one epoch, or the rest of one."""
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        done = done_in_epoch(self.runner)
        if done < len(self.dataloader):
            batches = iter(self.dataloader)
            try:
                self._run_rest(batches, done)
            except BaseException as error:
                # Otherwise the process would wait for its workers when it ends.
                if hasattr(batches, '_shutdown_workers'):
                    batches._shutdown_workers()
                if isinstance(error, RuntimeError) and DEAD_WORKER.search(str(error)):
                    raise WorkerKilledError(
                        'A data loading process was killed, perhaps because memory ran out. '
                        f'{kept_checkpoint(self.runner.work_dir)} Continue with --resume; with '
                        'less memory in use by other programs, or in a new work directory with '
                        'fewer processes (train_dataloader.num_workers).'
                    ) from error
                raise
        self.random_state = None
        self.runner.call_hook('after_train_epoch')
        self._epoch += 1

    def _run_rest(self, batches: Iterator[Any], done: int) -> None:
        """Train on the batches of an epoch after the first ``done``."""
        if done:
            self.runner.logger.info(
                f'Continuing epoch {self.epoch + 1} after {done} of {len(self.dataloader)} '
                'iterations.'
            )
            next(islice(batches, done - 1, None))  # reads and forgets these batches
            if self.random_state is not None:
                set_random_state(self.random_state)
        for index, batch in enumerate(batches, done):
            self.run_iter(index, batch)


@LOOPS.register_module()
class IterBasedTrainLoop(MMEngineIterLoop):
    """mmengine's loop of the same name, which a resumed run continues with the same weights.

    The batches that the checkpoint was trained on are read again, but not trained on again; then
    the random generators continue as in the checkpoint. The seeds of the workers do not depend on
    the random numbers that the training has drawn.

    Args:
        *args, **options: Options of mmengine's loop.

    Example:
        >>> train_cfg = dict(by_epoch=False, max_iters=10000, val_interval=1000)
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.random_state: dict[str, Any] | None = None
        """The state of the generators after the last iteration of a checkpoint, or None."""
        # The workers start with the first batch, when the hooks have set up the loader.
        self.dataloader_iterator: Generator[Any, None, None] = self._batches()

    def run(self) -> Any:
        """Train, and end the workers, for which the end of the process would wait a minute."""
        try:
            return super().run()
        finally:
            self.dataloader_iterator.close()

    def _batches(self) -> Generator[Any, None, None]:
        """Batches without end, with the random state of a checkpoint after its last batch."""
        done = self.iter
        self.dataloader._iterator = None
        sampler = self.dataloader.sampler
        if isinstance(sampler, InfiniteSampler):  # the workers that mmengine started took images
            sampler.indices = sampler._indices_of_rank()
        self.dataloader.generator = torch.Generator().manual_seed(self.runner.seed + get_rank())
        batches = _InfiniteDataloaderIterator(self.dataloader)
        yield from islice(batches, done)
        if self.random_state is not None:
            set_random_state(self.random_state)
            self.random_state = None
        yield from batches
