"""Checkpoints are written in the order that a killed run needs."""

from pathlib import Path

import pytest
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.hooks import CheckpointHook
from mmfer.registry import HOOKS
from tests.helpers import tiny_config


@HOOKS.register_module()
class CountValidationsHook(Hook):
    """Counts validations by epoch, for all runners in this file."""

    counts: dict[int, int] = {}

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        self.counts[runner.epoch] = self.counts.get(runner.epoch, 0) + 1


def validations(folder: Path, data: Path, options: dict, resume: str | bool = False) -> dict:
    CountValidationsHook.counts.clear()
    cfg = tiny_config(folder, data, options)
    cfg.custom_hooks = [dict(type='CountValidationsHook')]
    train(cfg, resume=resume)
    return dict(CountValidationsHook.counts)


def test_the_newest_checkpoints_are_kept_and_the_last_is_named(
    image_folder: Path, tmp_path: Path
) -> None:
    options = {'train_cfg.max_epochs': 4, 'default_hooks.checkpoint.max_keep_ckpts': 2}
    train(tiny_config(tmp_path, image_folder, options), validate=False)
    work = tmp_path / 'work'
    assert {path.name for path in work.glob('*.pth')} == {'epoch_3.pth', 'epoch_4.pth'}
    assert (work / 'last_checkpoint').read_text() == str(work / 'epoch_4.pth')
    assert load_from_disk(str(work / 'epoch_4.pth'))['meta']['epoch'] == 4
    assert not list(work.glob('*.tmp'))
    assert {path.name for path in work.glob('*.sha256')} == {
        'epoch_3.pth.sha256',
        'epoch_4.pth.sha256',
    }


def test_a_resumed_run_repeats_an_interrupted_validation(
    image_folder: Path, tmp_path: Path
) -> None:
    options = {'train_cfg.max_epochs': 3, 'train_cfg.val_interval': 2}
    assert validations(tmp_path / 'a', image_folder, options) == {2: 1, 3: 1}
    checkpoint = tmp_path / 'a' / 'work' / 'epoch_2.pth'
    assert load_from_disk(str(checkpoint))['meta']['validated'] is False
    # The checkpoint of epoch 2 was saved before its validation, which is run again.
    assert validations(tmp_path / 'b', image_folder, options, str(checkpoint)) == {2: 1, 3: 1}
    # The last epoch, too, though nothing is left to train.
    last = str(tmp_path / 'a' / 'work' / 'epoch_3.pth')
    assert validations(tmp_path / 'c', image_folder, options, last) == {3: 1}


def test_validated_checkpoint_is_not_validated_again(image_folder: Path, tmp_path: Path) -> None:
    options = {'train_cfg.max_epochs': 2, 'default_hooks.checkpoint.save_best': 'accuracy/top1'}
    validations(tmp_path / 'a', image_folder, options)
    saved = tmp_path / 'a' / 'work' / 'epoch_1.pth'  # saved again with the best score in it
    assert load_from_disk(str(saved))['meta']['validated'] is True
    assert validations(tmp_path / 'b', image_folder, options, str(saved)) == {2: 1}


@pytest.mark.parametrize('name', ['epoch_1.pth', 'last_checkpoint'])
def test_a_failed_write_keeps_the_old_file(
    name: str, image_folder: Path, tmp_path: Path, monkeypatch
) -> None:
    cfg = tiny_config(tmp_path, image_folder, {'train_cfg.max_epochs': 1})
    train(cfg, validate=False)
    before = (tmp_path / 'work' / name).read_bytes()

    def full_disk(descriptor: int) -> None:
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('mmfer.files.os.fsync', full_disk)
    with pytest.raises(OSError, match='No space'):
        train(tiny_config(tmp_path, image_folder, {'train_cfg.max_epochs': 1}), validate=False)
    assert (tmp_path / 'work' / name).read_bytes() == before


def test_a_kill_before_the_removal_leaves_no_old_checkpoint(
    image_folder: Path, tmp_path: Path
) -> None:
    options = {'train_cfg.max_epochs': 3, 'default_hooks.checkpoint.max_keep_ckpts': 1}
    train(tiny_config(tmp_path / 'a', image_folder, options), validate=False)
    work = tmp_path / 'a' / 'work'
    # A run that was killed after it had named epoch_3.pth still has epoch_2.pth.
    (work / 'epoch_2.pth').write_bytes(b'stale')
    (work / 'epoch_1.pth').write_bytes(b'of the user')
    elsewhere = tmp_path / 'b' / 'work'
    elsewhere.mkdir(parents=True)
    (elsewhere / 'epoch_2.pth').write_bytes(b'of another run')
    options['train_cfg.max_epochs'] = 4
    last = str(work / 'epoch_3.pth')
    train(tiny_config(tmp_path / 'b', image_folder, options), resume=last, validate=False)
    assert sorted(path.name for path in elsewhere.glob('*.pth')) == ['epoch_2.pth', 'epoch_4.pth']
    train(tiny_config(tmp_path / 'a', image_folder, options), resume=True, validate=False)
    assert sorted(path.name for path in work.glob('*.pth')) == ['epoch_1.pth', 'epoch_4.pth']


def test_an_unknown_option_is_refused_at_once() -> None:
    with pytest.raises(
        ValueError, match=r'CheckpointHook has no option foo\. .*interval, by_epoch'
    ):
        CheckpointHook(interval=1, foo=1)
