import pytest
import torch
from torch import nn

from mmfer.engine.hooks import WarmStartHook
from mmfer.registry import MODELS
from tests.engine.hooks.toy import rald_runner


def test_the_plain_network_trains_first_then_the_rest(tmp_path):
    extra = "train_cfg['max_epochs'] = 3\n"
    extra += "custom_hooks = [dict(type='WarmStartHook', epochs=2)]\n"
    extra += (
        "default_hooks['checkpoint'] = dict(type='CheckpointHook', interval=1, max_keep_ckpts=-1)\n"
    )
    rald_runner(tmp_path, extra).train()
    states = [
        torch.load(tmp_path / 'work' / f'epoch_{i}.pth', weights_only=True)['state_dict']
        for i in (1, 2, 3)
    ]
    assert [bool(state['neck.bypassed']) for state in states] == [True, True, False]
    query = 'neck.itrr.attention.query.weight'
    assert torch.equal(states[0][query], states[1][query])
    assert not torch.equal(states[1][query], states[2][query])
    conv = 'backbone.conv1.weight'
    assert not torch.equal(states[0][conv], states[1][conv])


def test_the_warm_start_of_averaged_weights_ends_too(tmp_path):
    extra = "train_cfg['max_epochs'] = 2\n"
    extra += "custom_hooks = [dict(type='WarmStartHook', epochs=1),\n"
    extra += "                dict(type='EMAHook', momentum=0.3, update_buffers=True)]\n"
    runner = rald_runner(tmp_path, extra)
    runner.train()
    saved = torch.load(tmp_path / 'work' / 'epoch_2.pth', weights_only=True)
    assert not saved['state_dict']['neck.bypassed']
    assert not saved['ema_state_dict']['module.neck.bypassed']
    before = torch.load(tmp_path / 'work' / 'epoch_1.pth', weights_only=True)
    assert before['state_dict']['neck.bypassed']


def test_only_weights_frozen_by_the_hook_learn_again(tmp_path):
    runner = rald_runner(tmp_path, "train_cfg['max_epochs'] = 3\n")
    neck, hook = runner.model.neck, WarmStartHook(epochs=2)
    neck.labels.requires_grad_(False)
    frozen = {name for name, p in neck.named_parameters() if not p.requires_grad}
    runner.register_hook(hook)
    runner.train()
    assert frozen and frozen == {n for n, p in neck.named_parameters() if not p.requires_grad}


def test_negative_epochs_are_refused():
    with pytest.raises(ValueError, match='epochs=-1'):
        WarmStartHook(epochs=-1)


class SwitchedNeck(nn.Module):
    """A neck of another package."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(64, 64)
        self.register_buffer('off', torch.tensor(False))
        self.calls = []

    def bypass(self, on):
        self.off.fill_(on)
        self.calls.append(on)

    def forward(self, inputs):
        x = inputs[-1].mean((2, 3))
        return (x if self.off else self.layer(x),)


def test_a_neck_of_another_package_is_bypassed(tmp_path):
    MODELS.register_module(module=SwitchedNeck)
    extra = """
model['neck'] = dict(type='SwitchedNeck')
model['head'] = dict(type='LinearClsHead', num_classes=3, in_channels=64)
train_cfg['max_epochs'] = 2
custom_hooks = [dict(type='WarmStartHook', epochs=1)]
"""
    try:
        runner = rald_runner(tmp_path, extra)
    finally:
        MODELS.module_dict.pop('SwitchedNeck')
    runner.train()
    assert runner.model.neck.calls == [True, False]
    first, second = (
        torch.load(tmp_path / 'work' / f'epoch_{i}.pth', weights_only=True)['state_dict']
        for i in (1, 2)
    )
    assert first['neck.off'] and not second['neck.off']
    assert not torch.equal(first['neck.layer.weight'], second['neck.layer.weight'])


def test_a_training_by_iterations_is_refused(tmp_path):
    extra = 'train_cfg = dict(by_epoch=False, max_iters=4)\n'
    hook = "custom_hooks = [dict(type='WarmStartHook', epochs={})]\n"
    with pytest.raises(ValueError, match='WarmStartHook acts at epochs, but this training counts'):
        rald_runner(tmp_path, extra + hook.format(1)).train()
