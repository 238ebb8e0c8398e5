"""The same random numbers in every run, broken or not."""

import random
from typing import Any

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmfer.registry import HOOKS


def seed_worker(worker_id: int) -> None:
    """Seed Python and NumPy in a worker of a DataLoader from the seed that PyTorch gave it."""
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
    """Make the random numbers of an epoch a function of seed, epoch and rank alone.

    Every random generator is seeded anew when an epoch begins, and the workers that load data are
    started anew from the main process's generator. So a resumed run draws what an unbroken one
    draws, with no random state to save, and validating or not changes nothing. What comes out
    still depends on the number of workers. Training by epochs only: in a loop by iterations the
    seeding takes place once.

    Example:
        >>> default_hooks = dict(random_state=dict(type='RandomStateHook'))
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        """Take over the seeding of the workers, and the seed of a resumed run."""
        loader: DataLoader = runner.train_dataloader
        loader.worker_init_fn = seed_worker
        # A run without a given seed drew another one for its samplers before it was resumed.
        samplers: list[Any] = [loader.sampler, getattr(loader.batch_sampler, 'sampler', None)]
        for sampler in samplers:
            if hasattr(sampler, 'seed'):
                sampler.seed = runner.seed

    def before_train_epoch(self, runner: Runner) -> None:
        """Seed everything for this epoch."""
        seed_everything(runner.seed, runner.epoch, get_rank())
        # Workers that persist would go on with the state of the last epoch.
        runner.train_dataloader._iterator = None

    def after_train(self, runner: Runner) -> None:
        """Let go of persistent workers now: garbage collection waits ten seconds for them."""
        runner.train_dataloader._iterator = None
