"""The same random numbers in uninterrupted and resumed runs."""

import os
import random
import signal
import threading
from types import FrameType
from typing import Any

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmfer.engine.rank_state import random_state, set_random_state
from mmfer.registry import HOOKS

GRACE = 60.0
"""Seconds."""


def _end_later(number: int, frame: FrameType | None) -> None:
    timer = threading.Timer(GRACE, os._exit, (0,))
    timer.daemon = True
    timer.start()


def leave_group(worker_id: int) -> None:
    """Protect a validation worker from signals to the process group of the training."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, 'setpgid'):
        os.setpgid(0, 0)


def seed_worker(worker_id: int) -> None:
    """Seed Python and NumPy in a worker of a DataLoader from the seed of PyTorch.

    A signal to stop may go to all processes. The main process still needs its workers then, so a
    worker ignores SIGINT, and ends :data:`GRACE` seconds after SIGTERM.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end_later)
    seed = torch.initial_seed() % 2**32
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (mmcv's transforms draw from the global generator)


def seed_everything(*keys: int) -> None:
    """Seed Python, NumPy and PyTorch with a hash of some numbers."""
    seed = int(np.random.SeedSequence(keys).generate_state(1)[0])
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (mmcv's transforms draw from the global generator)
    torch.manual_seed(seed)


@HOOKS.register_module()
class RandomStateHook(Hook):
    """Make the random numbers of an epoch depend only on seed, epoch and rank.

    At the start of an epoch, every random generator is seeded, and the data loading workers restart
    from the generator of the main process. So a resumed run draws the same numbers as an
    uninterrupted run, without a saved random state, and validation does not influence them. Results
    still depend on the number of workers. In a training by iterations, the seeding happens only
    once; checkpoints contain the random state, and validation does not change it.

    Example:
        >>> default_hooks = dict(random_state=dict(type='RandomStateHook'))
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        """Set up the seeding of the workers, and use the seed of a resumed run."""
        loader: DataLoader = runner.train_dataloader
        loader.worker_init_fn = seed_worker
        if runner.val_loop is not None and runner.val_loop.dataloader.worker_init_fn is None:
            runner.val_loop.dataloader.worker_init_fn = leave_group
        # Without a seed in the config, the samplers got a different random seed at the start.
        samplers: list[Any] = [loader.sampler, getattr(loader.batch_sampler, 'sampler', None)]
        for sampler in samplers:
            if hasattr(sampler, 'seed'):
                sampler.seed = runner.seed

    def before_train_epoch(self, runner: Runner) -> None:
        """Seed everything for this epoch."""
        seed_everything(runner.seed, runner.epoch, get_rank())
        # Persistent workers would continue with the random state of the last epoch.
        runner.train_dataloader._iterator = None

    def before_val(self, runner: Runner) -> None:
        """Keep the random state of the training."""
        self._state = random_state()

    def after_val(self, runner: Runner) -> None:
        """Restore the random state of the training."""
        set_random_state(self._state)

    def after_train(self, runner: Runner) -> None:
        """Stop persistent workers now; garbage collection would wait ten seconds for them."""
        runner.train_dataloader._iterator = None
