"""Another memory layout gives the same results."""

from pathlib import Path

import torch

from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from tests.helpers import tiny_config


def test_the_layout_changes_and_the_weights_agree(image_folder: Path, tmp_path: Path) -> None:
    plain = tiny_config(tmp_path / 'plain', image_folder)
    train(plain, validate=False)
    cfg = tiny_config(tmp_path / 'last', image_folder)
    cfg.custom_hooks = [dict(type='ChannelsLastHook')]
    runner = train(cfg, validate=False)
    weight = runner.model.backbone.layer4[0].conv1.weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        (maps,) = runner.model.backbone(torch.rand(2, 3, 64, 64))
    assert maps.is_contiguous(memory_format=torch.channels_last)
    first, second = (
        load_from_disk(f'{work}/epoch_1.pth')['state_dict']
        for work in (plain.work_dir, cfg.work_dir)
    )
    for name in first:
        torch.testing.assert_close(first[name], second[name], rtol=1e-3, atol=1e-4)


def test_resumed_run_ends_with_the_same_weights(image_folder: Path, tmp_path: Path) -> None:
    options = {'train_cfg.max_epochs': 2, 'default_hooks.channels_last.type': 'ChannelsLastHook'}
    unbroken, resumed = (
        tiny_config(tmp_path / name, image_folder, options) for name in ('unbroken', 'resumed')
    )
    train(unbroken, amp=True)
    train(resumed, resume=f'{unbroken.work_dir}/epoch_1.pth', amp=True)
    first, second = (
        load_from_disk(f'{cfg.work_dir}/epoch_2.pth')['state_dict'] for cfg in (unbroken, resumed)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
