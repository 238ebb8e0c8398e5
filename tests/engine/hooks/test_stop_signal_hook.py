"""Trainings in real processes that get a signal."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from mmfer.engine.checkpoint import load_from_disk
from tests.helpers import ROOT, tool_environment, write_config

SLOW = """
import time
from mmengine.hooks import Hook
from mmfer.registry import HOOKS

@HOOKS.register_module()
class SlowHook(Hook):
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        open(f'{{runner.work_dir}}/began', 'a').write(f'{{runner.iter}}\\n')
        time.sleep({seconds})

    def before_val_epoch(self, runner):
        open(f'{{runner.work_dir}}/validates', 'w').close()

    def after_val_iter(self, *args, **options):
        time.sleep({seconds})
"""
EXTRA = """
train_dataloader['num_workers'] = {workers}
custom_imports = dict(imports=['slow'])
custom_hooks = [dict(type='SlowHook')]
train_cfg.update(max_epochs=3, val_interval={val_interval})
model['backbone']['drop_path_rate'] = 0.3
default_hooks = dict(checkpoint=dict(interval={interval}))
"""


def start(
    folder: Path,
    data: Path,
    *command: str,
    val_interval: int = 9,
    workers: int = 0,
    interval: int = 9,
) -> subprocess.Popen:
    folder.mkdir(exist_ok=True)
    (folder / 'slow.py').write_text(SLOW.format(seconds=0.3))
    extra = EXTRA.format(val_interval=val_interval, workers=workers, interval=interval)
    config = write_config(folder / 'slow_config.py', data, extra)
    tool = command or (sys.executable, str(ROOT / 'tools' / 'train.py'))
    ranks = ['2'] if command else []
    arguments = [*tool, str(config), *ranks, '--work-dir', str(folder / 'work')]
    return subprocess.Popen(
        arguments,
        env=tool_environment(folder),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(process: subprocess.Popen, path: Path) -> None:
    until = time.monotonic() + 240
    while not path.exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until, f'no {path}'
        time.sleep(0.05)


@pytest.mark.parametrize(
    ('number', 'code', 'workers'), [(signal.SIGTERM, 143, 0), (signal.SIGINT, 130, 1)]
)
def test_a_signal_saves_and_a_resumed_run_ends_with_the_same_weights(
    image_folder: Path, tmp_path: Path, number: signal.Signals, code: int, workers: int
) -> None:
    process = start(tmp_path, image_folder, workers=workers)
    wait_for(process, tmp_path / 'work' / 'began')
    os.killpg(process.pid, number)  # as Ctrl-C in a terminal does
    output, _ = process.communicate(timeout=240)
    assert process.returncode == code, output
    work = tmp_path / 'work'
    begun = len((work / 'began').read_text().splitlines())
    stopped = work / f'stopped_iter_{begun}.pth'
    assert f'Stopped by {number.name}. The checkpoint is {stopped}; continue with' in output
    assert 'Traceback' not in output
    assert (work / 'last_checkpoint').read_text() == str(stopped)
    resume = [sys.executable, str(ROOT / 'tools' / 'train.py'), str(tmp_path / 'slow_config.py')]
    env = tool_environment(tmp_path)
    for folder in (work, tmp_path / 'whole'):
        command = [*resume, '--work-dir', str(folder), '--resume']
        subprocess.run(command, env=env, cwd=tmp_path, check=True, capture_output=True)
    # Every iteration was trained once, and the checkpoint of the stop is gone.
    assert (work / 'began').read_text() == (tmp_path / 'whole' / 'began').read_text()
    assert not stopped.exists()
    first, second = (
        load_from_disk(str(folder / 'epoch_3.pth'))['state_dict']
        for folder in (work, tmp_path / 'whole')
    )
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(('interval', 'name'), [(1, 'epoch_1.pth'), (9, 'stopped_iter_3.pth')])
def test_stop_during_the_validation(
    image_folder: Path, tmp_path: Path, interval: int, name: str
) -> None:
    process = start(tmp_path, image_folder, val_interval=1, interval=interval)
    wait_for(process, tmp_path / 'work' / 'validates')
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 143, output
    assert [path.name for path in (tmp_path / 'work').glob('*.pth')] == [name]
    assert f'Stopped by SIGTERM. The checkpoint is {tmp_path}/work/{name}; ' in output
    meta = load_from_disk(str(tmp_path / 'work' / name))['meta']
    assert (meta['epoch'], meta['iter']) == (1, 3)
    assert meta['validated'] is (interval == 9)  # or the resumed run validates first


def test_two_ranks_stop_after_the_same_iteration(image_folder: Path, tmp_path: Path) -> None:
    process = start(tmp_path, image_folder, 'bash', str(ROOT / 'tools' / 'dist_train.sh'))
    wait_for(process, tmp_path / 'work' / 'began')
    process.send_signal(signal.SIGTERM)  # only to the script
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 143, output
    (stopped,) = (tmp_path / 'work').glob('stopped_iter_*.pth')
    content = load_from_disk(str(stopped))
    assert content['meta']['world_size'] == 2
    assert f'Stopped by SIGTERM. The checkpoint is {stopped}' in output
