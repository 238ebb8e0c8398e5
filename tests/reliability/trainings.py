"""Small trainings of the five systems in processes that can be killed."""

import multiprocessing
import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.engine import cpu_amp, train
from mmfer.registry import HOOKS
from tests.helpers import ON_FIRST_USE, ROOT, speed_up_trainings
from tests.small_configs import small_config

SYSTEMS = {
    'rald': 'rald/rald_r18_synthetic.py',
    'mifnet': 'mifnet/mifnet_r18-swint_synthetic.py',
    'multi_region': 'multi_region/multi_region_vgg16bn_synthetic.py',
    'faer': 'faer/faer_convnext_synthetic.py',
    'apex': 'apex_seresnext/apex_seresnext50_synthetic.py',
}
"""The configs of the five systems."""
WITHOUT_BATCH_NORM = ('faer',)
PROGRESS = 'progress'

# The server imports everything once; each process is its fork.
CONTEXT = multiprocessing.get_context('forkserver')
CONTEXT.set_forkserver_preload([*ON_FIRST_USE, __name__])
speed_up_trainings()


@HOOKS.register_module()
class ProgressHook(Hook):
    """Write the number of iterations begun, which shows where a training was killed."""

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        if runner.rank == 0:
            (Path(runner.work_dir) / PROGRESS).write_text(str(runner.iter))


@dataclass(frozen=True)
class Setup:
    """How a system is trained.

    Args:
        system: A key of :data:`SYSTEMS`.
        ranks: Number of processes.
        workers: Number of data loading processes of each rank.
        accumulate: Number of iterations of a step of the optimizer.
        ema: Average the weights.
        amp: Train in bfloat16, which processors without bfloat16 units emulate.
        prune: Train with the penalty on scales, and prune before the last epoch.
        every: Iterations between checkpoints; 0 for one after each epoch.
        epochs: Number of epochs.
    """

    system: str
    ranks: int = 1
    workers: int = 0
    accumulate: int = 1
    ema: bool = False
    amp: bool = False
    prune: bool = False
    every: int = 0
    epochs: int = 3

    @property
    def name(self) -> str:
        parts = [f'{key}={value}' for key, value in asdict(self).items() if key != 'system']
        return ', '.join([self.system, *parts])

    def config(self, data: Path, work: Path) -> Config:
        """The config of a rank, whose images were written by ``tests.small_configs``."""
        launcher = 'none' if self.ranks == 1 else 'pytorch'
        cfg = small_config(ROOT / 'configs' / SYSTEMS[self.system], data, work, launcher)
        cfg.log_level = 'ERROR'
        cfg.train_cfg.max_epochs = self.epochs
        cfg.param_scheduler = dict(type='CosineAnnealingLR', T_max=self.epochs)
        cfg.optim_wrapper.accumulative_counts = self.accumulate
        workers = dict(num_workers=self.workers, persistent_workers=self.workers > 0)
        cfg.train_dataloader.update(workers)
        cfg.default_hooks.checkpoint = dict(type='CheckpointHook', interval=1, max_keep_ckpts=2)
        if self.every:
            cfg.default_hooks.checkpoint.update(by_epoch=False, interval=self.every)
        hooks: list[dict[str, Any]] = [dict(type='ProgressHook'), *cfg.get('custom_hooks', [])]
        if self.ema:
            hooks.append(dict(type='EMAHook', momentum=0.1, update_buffers=True))
        if self.prune:
            cut = dict(ratio=0.3, epoch=self.epochs - 1)
            hooks.append(dict(type='ChannelPruningHook', penalty=1e-3, **cut))
        cfg.custom_hooks = hooks
        return cfg


def train_setup(setup: Setup, data: Path, work: Path, resume: bool) -> None:
    """Train, in a process of its own."""
    if setup.amp:
        cpu_amp.cpu_has_bfloat16 = lambda: True
    train(setup.config(data, work), resume=resume)


def start(ranks: int, log: Path, main: Callable[..., None], *arguments: Any) -> list[Any]:
    """Start the processes of a training, which call ``main`` and write to a log."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    processes = []
    for rank in range(ranks):
        env = {
            **dict(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(ranks)),
            **dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=port),
        }
        call = (env if ranks > 1 else {}, log, main, arguments)
        processes.append(CONTEXT.Process(target=_run, args=call))
        processes[-1].start()
    return processes


def _run(
    env: Mapping[str, str], log: Path, main: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    torch.set_num_threads(1)
    os.environ.update(env)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdout = sys.stderr = os.fdopen(file, 'w', buffering=1)
    main(*arguments)
    # The regular end of a child process waits a minute for its workers.
    sys.stdout.flush()
    os._exit(0)
