import pytest
import torch

from mmfer.engine.hooks import WarmStartHook
from tests.engine.hooks.toy import rald_runner


def test_the_plain_network_first_then_the_rest(tmp_path):
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


def test_negative_epochs():
    with pytest.raises(ValueError, match='epochs=-1'):
        WarmStartHook(epochs=-1)
