"""tools/train.py as a user runs it, killed and resumed."""

import signal
from pathlib import Path

import pytest
import torch

from mmfer.engine.checkpoint import load_from_disk
from tests.helpers import run_tool, write_config

KILLER = """
import os, signal
from mmengine.hooks import Hook
from mmfer.registry import HOOKS

def die():
    os.kill(os.getpid(), signal.SIGKILL)

@HOOKS.register_module()
class KillerHook(Hook):
    def __init__(self, moment):
        self.moment = moment

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if self.moment == 'iteration' and runner.epoch == 2 and batch_idx == 1:
            die()

    def before_val(self, runner):
        if self.moment == 'validation' and runner.epoch == 2:
            die()

    def before_train_epoch(self, runner):
        if self.moment == 'saving' and runner.epoch == 2:
            os.replace = lambda *paths: die()
"""

EXTRA = """
train_cfg = dict(by_epoch=True, max_epochs=4)
default_hooks = dict(checkpoint=dict(save_best='accuracy/top1', max_keep_ckpts=1))
"""


def weights(path: Path) -> dict[str, torch.Tensor]:
    checkpoint = load_from_disk(str(path))
    momenta = {
        f'momentum {i}': state['momentum_buffer']
        for i, state in checkpoint['optimizer']['state'].items()
    }
    return {**checkpoint['state_dict'], **momenta}


@pytest.fixture(scope='module')
def unbroken(image_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('unbroken')
    config = write_config(folder / 'tiny.py', image_folder, EXTRA)
    run_tool('train.py', config, '--work-dir', folder / 'work')
    return folder / 'work'


@pytest.mark.parametrize('moment', ['iteration', 'validation', 'saving'])
def test_killed_and_resumed_run_ends_with_the_same_weights(
    moment: str, image_folder: Path, unbroken: Path, tmp_path: Path
) -> None:
    (tmp_path / 'killer.py').write_text(KILLER)
    config = write_config(tmp_path / 'tiny.py', image_folder, EXTRA)
    killer = "\ncustom_imports = dict(imports=['killer'])\ncustom_hooks = [dict(type='KillerHook'"
    deadly = tmp_path / 'deadly.py'
    deadly.write_text(config.read_text() + f"{killer}, moment='{moment}')]\n")
    work = tmp_path / 'work'

    killed = run_tool('train.py', deadly, '--work-dir', work, paths=(tmp_path,), check=False)
    assert killed.returncode == -signal.SIGKILL
    left = Path((work / 'last_checkpoint').read_text())
    assert left.is_file()
    assert not (work / 'epoch_4.pth').exists()

    run_tool('train.py', config, '--work-dir', work, '--resume')
    expected, found = weights(unbroken / 'epoch_4.pth'), weights(work / 'epoch_4.pth')
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    best = [path.name for path in unbroken.glob('best_*')]
    assert [path.name for path in work.glob('best_*')] == best
    assert (work / 'last_checkpoint').read_text() == str(work / 'epoch_4.pth')
    assert {path.name for path in work.glob('epoch_*')} >= {'epoch_4.pth'}


def test_a_missing_config_gives_one_clear_message(tmp_path: Path) -> None:
    result = run_tool('train.py', tmp_path / 'none.py', check=False)
    assert result.returncode == 1
    assert 'No config at' in result.stderr
    assert 'Traceback' not in result.stderr


def test_missing_data_give_one_clear_message(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'tiny.py', tmp_path / 'nowhere')
    result = run_tool('train.py', config, '--work-dir', tmp_path / 'work', check=False)
    assert result.returncode == 1
    assert str(tmp_path / 'nowhere') in result.stderr
    assert 'Traceback' not in result.stderr
