import pytest
import torch

from tests.engine.hooks.toy import rald_runner


@pytest.mark.parametrize('neighbors', ['batch', 'bank'])
def test_resumed_rald_ends_with_the_weights_of_an_uninterrupted_run(tmp_path, neighbors):
    hooks = [
        dict(type='WarmStartHook', epochs=1),
        dict(type='LabelDistributionHook', neighbors=neighbors, warmup_epochs=3, start=1),
    ]

    def run(name, extra=''):
        folder = tmp_path / name
        folder.mkdir()
        lines = f"train_cfg['max_epochs'] = 4\ncustom_hooks = {hooks}\n{extra}"
        lines += f"experiment_name = '{name}-{neighbors}'\n"
        lines += "default_hooks['checkpoint'] = dict(type='CheckpointHook', max_keep_ckpts=-1)\n"
        rald_runner(folder, lines).train()
        return torch.load(folder / 'work' / 'epoch_4.pth', weights_only=True)['state_dict']

    whole = run('whole')
    checkpoint = tmp_path / 'whole' / 'work' / 'epoch_2.pth'
    resumed = run('resumed', f"resume = True\nload_from = r'{checkpoint}'\n")
    assert whole.keys() == resumed.keys()
    different = [name for name in whole if not torch.equal(whole[name], resumed[name])]
    assert not different
