"""Centers of losses in checkpoints and in resumed runs."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from tests.helpers import tiny_config

MODEL = """
model['neck'] = dict(type='FeaturePooling')
model['head'] = dict(
    type='FeatureLossHead', num_classes=3, in_channels=64,
    feature_losses=[
        dict(type='CenterLoss', num_classes=3, in_channels=64, update='{update}'),
        dict(type='SelfAdaptiveDeepCenterLoss', num_classes=3, in_channels=64, map_size=1,
             update='{update}')])
optim_wrapper['optimizer']['weight_decay'] = 5e-4
optim_wrapper['paramwise_cfg'] = dict(custom_keys=dict(centers=dict(lr_mult=50, decay_mult=0)))
train_cfg['max_epochs'] = 3
default_hooks = dict(checkpoint=dict(max_keep_ckpts=-1))
"""
NAMES = [
    f'head.feature_losses.loss_{name}.centers.weight'
    for name in ('center', 'self_adaptive_deep_center')
]


@pytest.mark.parametrize('update', ['rule', 'gradient'])
def test_a_resumed_run_ends_with_the_centers_of_an_uninterrupted_run(
    image_folder: Path, tmp_path: Path, update: str
) -> None:
    def config(name: str) -> Config:
        return tiny_config(tmp_path / name, image_folder, extra=MODEL.format(update=update))

    unbroken = config('unbroken')
    runner = train(unbroken, seed=3, validate=False)
    states = [
        load_from_disk(f'{unbroken.work_dir}/epoch_{epoch}.pth')['state_dict']
        for epoch in (1, 2, 3)
    ]
    for name in NAMES:
        assert torch.equal(states[2][name], runner.model.state_dict()[name])
        for earlier, later in zip(states, states[1:], strict=False):
            assert (earlier[name] != later[name]).any(1).all()  # each class's center moves

    resumed = config('resumed')
    train(resumed, resume=f'{unbroken.work_dir}/epoch_1.pth', validate=False)
    ended = load_from_disk(f'{resumed.work_dir}/epoch_3.pth')['state_dict']
    assert ended.keys() == states[2].keys()
    assert not [name for name in ended if not torch.equal(ended[name], states[2][name])]


def test_centers_have_their_own_learning_rate(image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder, extra=MODEL.format(update='gradient'))
    runner = train(cfg, validate=False)
    rates = {}
    names = {id(weight): name for name, weight in runner.model.named_parameters()}
    for group in runner.optim_wrapper.optimizer.param_groups:
        for weight in group['params']:
            rates[names[id(weight)]] = (group['initial_lr'], group['weight_decay'])
    centers = {name for name in rates if 'centers' in name}
    assert centers == set(NAMES)
    assert {rates[name] for name in centers} == {(50 * 0.01, 0.0)}
    assert {rates[name] for name in rates if name not in centers} == {(0.01, 5e-4)}
