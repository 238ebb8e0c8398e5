"""Trainings whose loss or weights become NaN."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.hooks import FiniteLossHook
from mmfer.registry import HOOKS
from tests.helpers import tiny_config


@HOOKS.register_module()
class SpoilWeightsHook(Hook):
    """Make a weight NaN before or after an iteration."""

    def __init__(self, iteration: int, after: bool = False) -> None:
        self.iteration, self.after = iteration, after

    def before_train_iter(self, runner: Runner, *args: Any, **options: Any) -> None:
        if runner.iter == self.iteration and not self.after:
            self._spoil(runner)

    def after_train_iter(self, runner: Runner, *args: Any, **options: Any) -> None:
        if runner.iter == self.iteration and self.after:
            self._spoil(runner)

    @staticmethod
    def _spoil(runner: Runner) -> None:
        with torch.no_grad():
            runner.model.head.fc.bias[0] = torch.nan


def run(folder: Path, data: Path, spoil: dict[str, Any], options: dict[str, Any]) -> str:
    """Train with a spoiled weight; the message of the error."""
    cfg = tiny_config(folder, data, {'train_cfg.max_epochs': 5, **options})
    cfg.custom_hooks = [dict(type='SpoilWeightsHook', priority='HIGHEST', **spoil)]
    with pytest.raises(ValueError, match='is not finite|are not finite') as caught:
        train(cfg, validate=False)
    return str(caught.value)


def good(path: Path) -> bool:
    state = load_from_disk(str(path))['state_dict']
    return all(value.isfinite().all() for value in state.values())


def test_training_stops_and_names_the_last_good_checkpoint(
    image_folder: Path, tmp_path: Path
) -> None:
    # Three iterations in an epoch: the loss of iteration 8, in the third epoch, is NaN.
    options = {'default_hooks.checkpoint.max_keep_ckpts': 1}
    message = run(tmp_path, image_folder, dict(iteration=7), options)
    assert message.startswith('The loss of iteration 8 is not finite (loss=nan), so the training ')
    last = tmp_path / 'work' / 'epoch_2.pth'
    assert f'stops in epoch 3. The last good checkpoint is {last}.' in message
    assert [path.name for path in last.parent.glob('*.pth')] == ['epoch_2.pth'] and good(last)


def test_bad_weights_are_not_saved(image_folder: Path, tmp_path: Path) -> None:
    # The loss of the last iteration of the second epoch is good, but its step is not.
    message = run(tmp_path, image_folder, dict(iteration=5, after=True), {})
    assert message.startswith('The weights after iteration 6 are not finite, so the training stops')
    assert [path.name for path in (tmp_path / 'work').glob('*.pth')] == ['epoch_1.pth']
    assert good(tmp_path / 'work' / 'epoch_1.pth')


@pytest.mark.parametrize(('interval', 'stopped'), [(1, 2), (2, 2)])
def test_interval_of_the_log(
    image_folder: Path, tmp_path: Path, interval: int, stopped: int
) -> None:
    options = {'default_hooks.logger.interval': interval}
    message = run(tmp_path, image_folder, dict(iteration=1), options)
    assert f'The loss of iteration {stopped} is not finite' in message
    assert 'There is no checkpoint yet.' in message


def test_checkpoints_by_iterations(image_folder: Path, tmp_path: Path) -> None:
    options = {
        'default_hooks.checkpoint.by_epoch': False,
        'default_hooks.checkpoint.interval': 2,
    }
    message = run(tmp_path, image_folder, dict(iteration=3), options)
    assert f'The last good checkpoint is {tmp_path / "work" / "iter_2.pth"}.' in message
    assert good(tmp_path / 'work' / 'iter_2.pth')


def test_wrong_interval() -> None:
    with pytest.raises(ValueError, match='interval=0 must be at least 1'):
        FiniteLossHook(0)
