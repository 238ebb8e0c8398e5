"""An interrupted run has the same random numbers as an uninterrupted run."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.hooks.random_state_hook import seed_everything
from tests.helpers import tiny_config


def weights(cfg: Config, epoch: int = 3) -> dict[str, torch.Tensor]:
    return load_from_disk(f'{cfg.work_dir}/epoch_{epoch}.pth')['state_dict']


def equal(first: dict, second: dict) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


def settings(workers: int, persistent: bool) -> dict:
    return {
        'train_cfg.max_epochs': 3,
        'default_hooks.checkpoint.max_keep_ckpts': 3,
        'train_dataloader.num_workers': workers,
        'train_dataloader.persistent_workers': persistent,
        'model.head.loss.type': 'LabelSmoothLoss',
        'model.head.loss.label_smooth_val': 0.1,
        'model.backbone.drop_path_rate': 0.3,
    }


@pytest.mark.parametrize(
    ('workers', 'persistent'), [(0, False), (2, False), (2, True)], ids=['0', '2', '2 persistent']
)
def test_a_resumed_run_has_the_random_numbers_of_an_uninterrupted_run(
    workers: int, persistent: bool, image_folder: Path, tmp_path: Path
) -> None:
    options = settings(workers, persistent)
    unbroken = tiny_config(tmp_path / 'unbroken', image_folder, options)
    train(unbroken, seed=4)
    resumed = tiny_config(tmp_path / 'resumed', image_folder, options)
    train(resumed, resume=f'{unbroken.work_dir}/epoch_1.pth', validate=False)
    assert equal(weights(unbroken), weights(resumed))
    other = tiny_config(tmp_path / 'other', image_folder, options)
    train(other, seed=5)
    assert not equal(weights(unbroken), weights(other))


def test_augmentation_differs_between_epochs_and_workers(
    image_folder: Path, tmp_path: Path
) -> None:
    """Crops differ between epochs, unlike those of workers with one common seed."""
    cfg = tiny_config(tmp_path, image_folder, settings(2, False))
    cfg.train_dataloader.sampler.shuffle = False
    cfg.custom_hooks = [dict(type='RecordInputs')]
    from mmengine.hooks import Hook

    from mmfer.registry import HOOKS

    seen: list[torch.Tensor] = []

    @HOOKS.register_module(force=True)
    class RecordInputs(Hook):
        def before_train_iter(self, runner, batch_idx, data_batch=None):
            seen.extend(data_batch['inputs'])

    train(cfg, validate=False)
    epochs = [seen[:12], seen[12:24]]
    same = [torch.equal(first, second) for first, second in zip(*epochs, strict=True)]
    assert sum(same) <= 2


def test_seed_everything() -> None:
    def draw(*keys: int) -> tuple:
        seed_everything(*keys)
        return random.random(), float(np.random.rand()), float(torch.rand(()))  # noqa: NPY002

    assert draw(0, 1, 2) == draw(0, 1, 2)
    draws = [draw(0, 1, 2), draw(0, 2, 1), draw(1, 1, 2), draw(0, 1, 3)]
    assert len({number for numbers in zip(*draws, strict=True) for number in numbers}) == 12
