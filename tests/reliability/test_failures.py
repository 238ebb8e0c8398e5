"""A full disk, a killed rank and a killed data worker leave the last good checkpoint."""

import multiprocessing
import os
import re
import resource
import signal
import time
from pathlib import Path

import pytest
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.engine import load_config, train
from mmfer.engine.checkpoint import last_checkpoint
from mmfer.engine.cli import friendly_errors
from mmfer.registry import HOOKS
from tests.helpers import write_config
from tests.reliability.trainings import start

SETTINGS = """
train_cfg.update(max_epochs=3, val_interval=9)
train_dataloader.update(num_workers={workers}, persistent_workers={workers} > 0)
custom_hooks = [dict(type='{hook}')]
"""


@HOOKS.register_module()
class FullDiskHook(Hook):
    """From the second epoch on, no file can become larger than 100 kB."""

    def before_train_epoch(self, runner: Runner) -> None:
        if runner.epoch == 1:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


@HOOKS.register_module()
class DeadWorkerHook(Hook):
    """Kill a data loading process in the second epoch."""

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        if runner.epoch == 1 and batch_idx == 0:
            multiprocessing.active_children()[0].kill()
            time.sleep(0.5)


@HOOKS.register_module()
class DeadRankHook(Hook):
    """Kill the second rank in the second epoch."""

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        if runner.epoch == 1 and runner.rank == 1:
            os.kill(os.getpid(), signal.SIGKILL)


@friendly_errors
def main(config: Path, work: Path, launcher: str) -> None:
    train(load_config(config, work, launcher=launcher))


@pytest.mark.parametrize(
    ('hook', 'workers', 'ranks', 'codes', 'message'),
    [
        ('FullDiskHook', 0, 1, [1], r'Error: File too large: .* cannot be written to .*epoch_2'),
        ('DeadWorkerHook', 2, 1, [1], 'Error: A data loading process was killed.*epoch_1.pth'),
        ('DeadRankHook', 0, 2, [1, -9], ''),
    ],
)
def test_failures_keep_the_last_good_checkpoint(
    hook: str,
    workers: int,
    ranks: int,
    codes: list[int],
    message: str,
    image_folder: Path,
    tmp_path: Path,
) -> None:
    config, work = tmp_path / 'a.py', tmp_path / 'work'
    write_config(config, image_folder, SETTINGS.format(hook=hook, workers=workers))
    log = tmp_path / 'log'
    processes = start(ranks, log, main, config, work, 'pytorch' if ranks > 1 else 'none')
    for process in processes:
        process.join(240)
    assert [process.exitcode for process in processes] == codes
    text = log.read_text()
    lines = [line for line in text.splitlines() if line.startswith('Error: ')]
    if message:
        assert 'Traceback' not in text and len(lines) == 1
        assert re.search(message, lines[0])
    assert last_checkpoint(work) == work / 'epoch_1.pth'
    assert not list(work.glob('*.tmp'))
