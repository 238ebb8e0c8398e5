"""Pruned checkpoints are loaded by configs without pruning."""

from pathlib import Path

import pytest
import torch
from mmengine.runner import Runner

from mmfer.engine import build_runner, train
from mmfer.engine import test as run_test
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.pruning import prune_model
from tests.helpers import tiny_config

TTA = """
tta_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='ResizeEdge', scale=32),
    dict(type='TestTimeAug', transforms=[
        [dict(type='RandomFlip', prob=1.0), dict(type='RandomFlip', prob=0.0)],
        [dict(type='PackInputs')]]),
]
"""


@pytest.fixture(scope='module')
def pruned(image_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a network that was pruned before the run."""
    folder = tmp_path_factory.mktemp('pruned')
    runner = build_runner(tiny_config(folder, image_folder))
    prune_model(runner.model, torch.randn(1, 3, 32, 32), 0.5)
    runner.train()
    return folder / 'work' / 'epoch_1.pth'


def width(model: torch.nn.Module) -> int:
    return model.backbone.layer4[1].bn1.num_features


def loaded(folder: Path, data: Path, checkpoint: Path, extra: str = '') -> Runner:
    cfg = tiny_config(folder, data, extra=extra)
    cfg.load_from = str(checkpoint)
    return build_runner(cfg)


def test_only_pruned_networks_record_their_channels(
    pruned: Path, image_folder: Path, tmp_path: Path
) -> None:
    record = load_from_disk(str(pruned))['pruning']
    full, left = record['widths']['backbone.layer4.1.bn1']['num_features']
    assert full == 64
    assert left == len(load_from_disk(str(pruned))['state_dict']['backbone.layer4.1.bn1.weight'])
    train(tiny_config(tmp_path, image_folder), validate=False)
    assert 'pruning' not in load_from_disk(str(tmp_path / 'work' / 'epoch_1.pth'))


def test_a_pruned_checkpoint_is_tested_with_the_plain_config(
    pruned: Path, image_folder: Path, tmp_path: Path
) -> None:
    runner = loaded(tmp_path, image_folder, pruned)
    metrics = runner.test()
    state, saved = runner.model.state_dict(), load_from_disk(str(pruned))
    assert state.keys() == saved['state_dict'].keys()
    assert not [name for name in state if not torch.equal(state[name], saved['state_dict'][name])]
    best = saved['message_hub']['log_scalars'].get('val/accuracy/top1')
    assert best is None or metrics['accuracy/top1'] == best.current()
    views = run_test(tiny_config(tmp_path / 'views', image_folder, extra=TTA), pruned, tta=True)
    assert 0 <= views['accuracy/top1'] <= 100


def test_a_training_starts_from_a_pruned_checkpoint(
    pruned: Path, image_folder: Path, tmp_path: Path
) -> None:
    runner = loaded(tmp_path, image_folder, pruned)
    runner.train()
    assert width(runner.model) < 64
    groups = runner.optim_wrapper.optimizer.param_groups
    held = {id(weight) for group in groups for weight in group['params']}
    assert held == {id(weight) for weight in runner.model.parameters()}
    before, after = (
        load_from_disk(str(path))['state_dict']['backbone.conv1.weight']
        for path in (pruned, tmp_path / 'work' / 'epoch_1.pth')
    )
    assert before.shape == after.shape and not torch.equal(before, after)


def test_a_run_resumes_from_a_pruned_checkpoint(
    pruned: Path, image_folder: Path, tmp_path: Path
) -> None:
    options = "train_cfg['max_epochs'] = 2\n"
    cfg = tiny_config(tmp_path, image_folder, extra=options)
    runner = train(cfg, resume=str(pruned), validate=False)
    assert width(runner.model) < 64
    assert runner.epoch == 2
    momenta = load_from_disk(str(tmp_path / 'work' / 'epoch_2.pth'))['optimizer']['state']
    assert len(momenta) == len(list(runner.model.parameters()))


def test_a_pruned_network_is_pruned_further(
    pruned: Path, image_folder: Path, tmp_path: Path
) -> None:
    """The run starts from the pruned checkpoint and then does its own pruning."""
    extra = (
        "train_cfg['max_epochs'] = 2\n"
        "custom_hooks = [dict(type='ChannelPruningHook', ratio=0.3, epoch=1)]\n"
    )
    runner = loaded(tmp_path, image_folder, pruned, extra)
    runner.train()
    once, twice = (
        load_from_disk(str(path))['pruning']['widths']['backbone.conv1']['out_channels']
        for path in (pruned, tmp_path / 'work' / 'epoch_2.pth')
    )
    assert once[0] == twice[0] == 8
    assert twice[1] == runner.model.backbone.conv1.out_channels <= once[1]
    before, after = (
        sum(weight.numel() for weight in load_from_disk(str(path))['state_dict'].values())
        for path in (pruned, tmp_path / 'work' / 'epoch_2.pth')
    )
    assert after < before


def test_channels_of_another_network_are_refused(
    pruned: Path, image_folder: Path, tmp_path: Path
) -> None:
    extra = "model['backbone']['depth'] = 50\nmodel['head']['in_channels'] = 256\n"
    with pytest.raises(ValueError, match='do not fit the model'):
        loaded(tmp_path, image_folder, pruned, extra).test()
