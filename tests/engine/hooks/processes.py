"""Trainings in separate processes, which start fast and can be killed at a given moment."""

import multiprocessing
import os
import signal
import socket
from pathlib import Path

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.engine import build_runner, load_config
from mmfer.engine.network import network_and_copies
from mmfer.registry import HOOKS
from tests.helpers import ON_FIRST_USE, speed_up_trainings

# The server imports everything once; each process is its fork.
CONTEXT = multiprocessing.get_context('forkserver')
CONTEXT.set_forkserver_preload([*ON_FIRST_USE, __name__])
speed_up_trainings()


@HOOKS.register_module()
class KillerHook(Hook):
    """Kill this process before an epoch, before other hooks, or before an iteration."""

    priority = 'HIGHEST'

    def __init__(self, epoch: int, iteration: int | None = None) -> None:
        self.epoch, self.iteration = epoch, iteration

    def before_train_epoch(self, runner: Runner) -> None:
        if runner.epoch == self.epoch and self.iteration is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        if (runner.epoch, batch_idx) == (self.epoch, self.iteration):
            os.kill(os.getpid(), signal.SIGKILL)


@HOOKS.register_module()
class SignalHook(Hook):
    """Send a signal to this process and its workers in a training or validation iteration."""

    def __init__(
        self, number: int, epoch: int, iteration: int = 0, validation: bool = False, rank: int = 0
    ) -> None:
        self.number, self.moment = number, (epoch, iteration, validation)
        self.rank = rank

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        self._send((runner.epoch, batch_idx, False), runner)

    def before_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        self._send((runner.epoch, batch_idx, True), runner)

    def _send(self, moment: tuple[int, int, bool], runner: Runner) -> None:
        if moment == self.moment and runner.rank == self.rank:
            processes = [os.getpid(), *(p.pid for p in multiprocessing.active_children() if p.pid)]
            for process in processes:
                os.kill(process, self.number)


def _train(config: Path, work: Path, resume: bool, environment: dict[str, str]) -> None:
    torch.set_num_threads(1)
    os.environ.update(environment)
    cfg = load_config(config, work, launcher='pytorch' if environment else 'none')
    cfg.resume = resume
    runner = build_runner(cfg)
    runner.train()
    weights = {
        f'{i}.{name}': value
        for i, network in enumerate(network_and_copies(runner))
        for name, value in network.state_dict().items()
    }
    torch.save(weights, work / f'rank{runner.rank}.pth')


def train_in_process(
    config: Path, work: Path, resume: bool = False, ranks: int = 1
) -> list[int | None]:
    """Train like ``tools/train.py``; return the exit codes of the ranks, -9 if killed."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    processes = []
    for rank in range(ranks):
        environment = {
            'RANK': str(rank),
            'LOCAL_RANK': str(rank),
            'WORLD_SIZE': str(ranks),
            'MASTER_ADDR': '127.0.0.1',
            'MASTER_PORT': port,
        }
        args = (config, work, resume, environment if ranks > 1 else {})
        processes.append(CONTEXT.Process(target=_train, args=args))
        processes[-1].start()
    for process in processes:
        process.join(400)
    return [process.exitcode for process in processes]
