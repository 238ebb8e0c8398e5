"""Trainings in real processes that get a signal."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch

from mmfer.engine.checkpoint import load_from_disk
from tests.engine.hooks.processes import train_in_process
from tests.helpers import ROOT, tool_environment, write_config

TERM, INT = int(signal.SIGTERM), int(signal.SIGINT)
SETTINGS = """
train_cfg.update(max_epochs=3, val_interval={val_interval})
train_dataloader['num_workers'] = {workers}
optim_wrapper['accumulative_counts'] = 2
model['backbone']['drop_path_rate'] = 0.3
default_hooks = dict(checkpoint=dict(interval={interval}))
custom_hooks = [{hooks}]
"""


def config(
    path: Path,
    data: Path,
    hooks: str = '',
    val_interval: int = 9,
    workers: int = 0,
    interval: int = 9,
) -> Path:
    settings = dict(val_interval=val_interval, workers=workers, interval=interval, hooks=hooks)
    return write_config(path, data, SETTINGS.format(**settings))


def log_of(work: Path) -> str:
    return ''.join(path.read_text() for path in sorted(work.rglob('*.log')))


@pytest.mark.parametrize(
    ('number', 'code', 'workers', 'ranks'),
    [(TERM, 143, 0, 1), (INT, 130, 1, 1), (TERM, 143, 0, 2)],
    ids=['SIGTERM', 'SIGINT with a worker', 'SIGTERM of one of two ranks'],
)
def test_a_signal_saves_and_a_resumed_run_ends_with_the_same_weights(
    image_folder: Path, tmp_path: Path, number: int, code: int, workers: int, ranks: int
) -> None:
    # Between two steps of the optimizer, in the second epoch, which has three iterations, or two
    # with two ranks.
    iteration = 1 if ranks == 1 else 0
    hook = (
        f"dict(type='SignalHook', number={number}, epoch=1, iteration={iteration}, "
        f'rank={ranks - 1})'
    )
    stopping = config(tmp_path / 'stopping.py', image_folder, hook, workers=workers)
    plain = config(tmp_path / 'plain.py', image_folder, workers=workers)
    work, whole = tmp_path / 'stopped', tmp_path / 'whole'
    assert train_in_process(stopping, work, ranks=ranks) == [code] * ranks
    stopped = work / f'stopped_iter_{5 if ranks == 1 else 3}.pth'
    assert list(work.glob('*.pth')) == [stopped]
    assert (work / 'last_checkpoint').read_text() == str(stopped)
    name = signal.Signals(number).name
    assert f'Stopped by {name}. The checkpoint is {stopped}; continue with' in log_of(work)
    assert train_in_process(plain, work, resume=True, ranks=ranks) == [0] * ranks
    assert train_in_process(plain, whole, ranks=ranks) == [0] * ranks
    assert not stopped.exists() and (work / 'epoch_3.pth').is_file()
    first, second = (
        load_from_disk(str(folder / 'epoch_3.pth'))['state_dict'] for folder in (work, whole)
    )
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


@pytest.mark.parametrize(('interval', 'name'), [(1, 'epoch_1.pth'), (9, 'stopped_iter_3.pth')])
def test_stop_during_the_validation(
    image_folder: Path, tmp_path: Path, interval: int, name: str
) -> None:
    hook = f"dict(type='SignalHook', number={TERM}, epoch=1, validation=True)"
    path = config(tmp_path / 'a.py', image_folder, hook, val_interval=1, interval=interval)
    work = tmp_path / 'work'
    assert train_in_process(path, work) == [143]
    assert [path.name for path in work.glob('*.pth')] == [name]
    assert f'Stopped by SIGTERM. The checkpoint is {work}/{name}; ' in log_of(work)
    meta = load_from_disk(str(work / name))['meta']
    assert (meta['epoch'], meta['iter']) == (1, 3)
    assert meta['validated'] is (interval == 9)  # or the resumed run validates first


SLOW = """
import time
from mmengine.hooks import Hook
from mmfer.registry import HOOKS

@HOOKS.register_module()
class SlowHook(Hook):
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        open(f'{runner.work_dir}/began', 'w').close()
        time.sleep(1)
"""


@pytest.mark.parametrize(('number', 'code'), [(TERM, 143), (INT, 130)], ids=['SIGTERM', 'SIGINT'])
def test_the_script_for_several_ranks_passes_the_signal_and_the_code(
    image_folder: Path, tmp_path: Path, number: int, code: int
) -> None:
    (tmp_path / 'slow.py').write_text(SLOW)
    extra = "custom_imports = dict(imports=['slow'])\ncustom_hooks = [dict(type='SlowHook')]\n"
    extra += "train_cfg['max_epochs'] = 99\n"
    path = write_config(tmp_path / 'slow_config.py', image_folder, extra)
    work = tmp_path / 'work'
    # A shell ignores SIGINT if its parent does, as a job in the background.
    shell = ['env', f'--default-signal={signal.Signals(number).name}', 'bash']
    script = [*shell, ROOT / 'tools' / 'dist_train.sh', path, '2', '--work-dir', work]
    with subprocess.Popen(
        script,
        env=tool_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        while not (work / 'began').exists() and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(number)  # only to the script
        output, _ = process.communicate(timeout=240)
    assert process.returncode == code, output
    (stopped,) = work.glob('stopped_iter_*.pth')
    assert load_from_disk(str(stopped))['meta']['world_size'] == 2
    name = signal.Signals(number).name
    assert f'Stopped by {name}. The checkpoint is {stopped}' in output
