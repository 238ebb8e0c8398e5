"""Effects of the arguments of train()."""

import signal
from pathlib import Path

import pytest
import torch

from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from tests.helpers import tiny_config


def test_the_seed_determines_the_weights(image_folder: Path, tmp_path: Path) -> None:
    def weight(name: str, seed: int) -> torch.Tensor:
        cfg = tiny_config(tmp_path / name, image_folder)
        return train(cfg, seed=seed).model.head.fc.weight

    first, again, other = weight('a', 1), weight('b', 1), weight('c', 2)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_validation_does_not_change_the_weights(image_folder: Path, tmp_path: Path) -> None:
    options = {'train_cfg.max_epochs': 2}
    with_it = train(tiny_config(tmp_path / 'a', image_folder, options))
    without = train(tiny_config(tmp_path / 'b', image_folder, options), validate=False)
    assert without.val_loop is None
    for first, second in zip(with_it.model.parameters(), without.model.parameters(), strict=True):
        assert torch.equal(first, second)


def test_the_learning_rate_is_scaled(image_folder: Path, tmp_path: Path) -> None:
    options = {'auto_scale_lr.base_batch_size': 16}
    runner = train(tiny_config(tmp_path, image_folder, options), auto_scale_lr=True, validate=False)
    assert runner.optim_wrapper.get_lr()['lr'] == [pytest.approx(0.01 * 4 / 16)]


def test_a_compiled_training_gives_the_same_weights(image_folder: Path, tmp_path: Path) -> None:
    options: dict[str, object] = {
        'optim_wrapper.optimizer': {'_delete_': True, 'type': 'AdamW', 'weight_decay': 0.1},
        'optim_wrapper.paramwise_cfg': {'norm_decay_mult': 0.0},
        'train_cfg.max_epochs': 2,
    }
    # This backend traces like the default one, and needs no C++ compiler.
    compiled = {**options, 'compile': {'backend': 'aot_eager'}}
    first = train(tiny_config(tmp_path / 'a', image_folder, options), validate=False)
    second = train(tiny_config(tmp_path / 'b', image_folder, compiled), validate=False)
    for one, other in zip(first.model.parameters(), second.model.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_scaling_without_a_base_batch_size_is_refused(image_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='base_batch_size'):
        train(tiny_config(tmp_path, image_folder), auto_scale_lr=True)


def test_resume_without_a_checkpoint_starts_a_new_run(image_folder: Path, tmp_path: Path) -> None:
    runner = train(tiny_config(tmp_path, image_folder), resume=True, validate=False)
    assert runner.epoch == 1


def test_resume_in_a_moved_folder(image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder)
    train(cfg, validate=False)
    (tmp_path / 'work').rename(tmp_path / 'moved')
    more = tiny_config(tmp_path, image_folder, {'train_cfg.max_epochs': 2})
    more.work_dir = str(tmp_path / 'moved')
    train(more, resume=True, validate=False)
    saved = load_from_disk(str(tmp_path / 'moved' / 'epoch_2.pth'))
    assert saved['meta']['iter'] == 6


def test_a_missing_checkpoint_is_an_error(image_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'No checkpoint at "none\.pth"'):
        train(tiny_config(tmp_path, image_folder), resume='none.pth')


def test_fewer_images_than_a_full_batch_are_refused(image_folder: Path, tmp_path: Path) -> None:
    options = {'train_dataloader.batch_size': 64, 'train_dataloader.drop_last': True}
    with pytest.raises(ValueError, match=r'no batch: .* 12 training .* needs 64 on each'):
        train(tiny_config(tmp_path, image_folder, options))


def test_handlers_of_signals_are_restored_after_an_error(
    image_folder: Path, tmp_path: Path
) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    cfg = tiny_config(tmp_path, image_folder, {'optim_wrapper.optimizer.lr': 1e30})
    with pytest.raises(ValueError, match='not finite'):
        train(cfg, validate=False)
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
