"""A checkpoint is pruned, fine-tuned, tested and used for prediction."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmfer import engine
from mmfer.apis.inferencer import FERInferencer
from mmfer.apis.model import TrainedModel
from mmfer.apis.pruning import finetuning_config, prune_checkpoint, pruned_name
from mmfer.engine.hooks import ChannelPruningHook
from tests.apis.model_files import write_model
from tests.helpers import CLASSES, write_config, write_images


@pytest.fixture
def model_files(tmp_path: Path) -> tuple[Path, Path]:
    """A config with its data, and a checkpoint."""
    _, checkpoint = write_model(tmp_path)
    extra = """
face_crop = dict(type='box', size=32)
custom_hooks = [dict(type='ChannelPruningHook', penalty=1e-4)]
"""
    config = write_config(tmp_path / 'tiny.py', write_images(tmp_path / 'data'), extra)
    return config, checkpoint


def test_pruned_checkpoint_trains_tests_and_predicts(model_files, tmp_path):
    config, checkpoint = model_files
    content = torch.load(checkpoint, weights_only=True)
    content['meta']['calibration'] = {'temperature': 2.0}  # no longer fits after the pruning
    torch.save(content, checkpoint)
    out = tmp_path / 'out'
    report = prune_checkpoint(config, checkpoint, out, ratio=0.5, round_to=4, size=32)
    written = torch.load(out / 'tiny_pruned50.pth', weights_only=True)
    assert 'calibration' not in written['meta']
    assert written['meta']['dataset_meta']['classes'] == CLASSES
    assert {layer.after % 4 for layer in report.layers} == {0}
    trained = TrainedModel.load(out / 'tiny_pruned50.py', out / 'tiny_pruned50.pth')
    assert sum(p.numel() for p in trained.model.parameters()) == report.parameters[1]

    cfg = engine.load_config(out / 'tiny_pruned50.py', tmp_path / 'work')
    cfg.experiment_name = 'finetuning'
    engine.train(cfg)
    tuned = torch.load(tmp_path / 'work' / 'epoch_1.pth', weights_only=True)
    assert tuned['pruning'] == written['pruning']
    name = 'backbone.layer1.0.conv1.weight'
    assert tuned['state_dict'][name].shape == written['state_dict'][name].shape
    assert not torch.equal(tuned['state_dict'][name], written['state_dict'][name])
    cfg = engine.load_config(out / 'tiny_pruned50.py', tmp_path / 'tested')
    cfg.experiment_name = 'tested'
    assert 'accuracy/top1' in engine.test(cfg, tmp_path / 'work' / 'epoch_1.pth')

    inferencer = FERInferencer(config, tmp_path / 'work' / 'epoch_1.pth')  # the full config, too
    image = np.zeros((32, 32, 3), np.uint8)
    (found,) = inferencer(image, detect=False)['results']
    assert tuple(found['faces'][0]['scores']) == CLASSES


def test_a_pruned_checkpoint_can_be_pruned_again(model_files, tmp_path):
    config, checkpoint = model_files
    once = prune_checkpoint(config, checkpoint, tmp_path / 'out', 0.3, size=32)
    first = tmp_path / 'out' / 'tiny_pruned30'
    twice = prune_checkpoint(f'{first}.py', f'{first}.pth', tmp_path / 'out', 0.3, size=32)
    assert twice.parameters[0] == once.parameters[1] > twice.parameters[1]
    again = tmp_path / 'out' / 'tiny_pruned30_pruned30'
    loaded = TrainedModel.load(config, f'{again}.pth')
    assert sum(p.numel() for p in loaded.model.parameters()) == twice.parameters[1]


def test_a_training_from_a_pruned_checkpoint_does_not_prune_again(tmp_path):
    hooks = [dict(type='ChannelPruningHook', ratio=0.5), dict(type='WarmStartHook')]
    config = Config(dict(custom_hooks=hooks, load_from='old.pth', model=dict(type='A')))
    changed = finetuning_config(config, tmp_path / 'a.pth')
    assert changed.load_from == str(tmp_path / 'a.pth') and changed.resume is False
    assert [hook.type for hook in changed.custom_hooks] == ['WarmStartHook']
    assert config.load_from == 'old.pth' and len(config.custom_hooks) == 2


@pytest.mark.parametrize('kind', ['mmfer.ChannelPruningHook', ChannelPruningHook])
def test_the_pruning_hook_is_found_however_it_is_named(tmp_path, kind):
    hook = dict(type=kind, ratio=0.5)
    config = Config(dict(custom_hooks=[hook], default_hooks=dict(prune=hook, timer=None)))
    changed = finetuning_config(config, tmp_path / 'a.pth')
    assert changed.custom_hooks == [] and changed.default_hooks == dict(timer=None)


def test_a_checkpoint_of_another_network_is_refused(model_files, tmp_path):
    config, checkpoint = model_files
    prune_checkpoint(config, checkpoint, tmp_path / 'out', 0.5, size=32)
    wider = tmp_path / 'wider.py'
    wider.write_text(config.read_text().replace('base_channels=8', 'base_channels=16'))
    with pytest.raises(ValueError, match=r'does not fit.*pruned channels.*but it is 16'):
        TrainedModel.load(wider, tmp_path / 'out' / 'tiny_pruned50.pth')


def test_bad_input_is_refused(model_files, tmp_path):
    config, checkpoint = model_files
    with pytest.raises(ValueError, match='above 0 and below 1'):
        prune_checkpoint(config, checkpoint, tmp_path / 'out', 1.0)
    with pytest.raises(FileNotFoundError, match=r'no\.pth'):
        prune_checkpoint(config, tmp_path / 'no.pth', tmp_path / 'out', 0.5)
    with pytest.raises(ValueError, match='size 0: give the side'):
        prune_checkpoint(config, checkpoint, tmp_path / 'out', 0.5, size=0)
    assert not (tmp_path / 'out').exists()


def test_ratios_that_round_alike_have_names_of_their_own() -> None:
    names = [pruned_name('a/tiny.py', ratio) for ratio in (0.29, 0.4, 0.995, 0.999)]
    assert names == ['tiny_pruned29', 'tiny_pruned40', 'tiny_pruned99.5', 'tiny_pruned99.9']


def test_a_random_choice_is_written_beside_that_of_the_scales(model_files, tmp_path) -> None:
    config, checkpoint = model_files
    out = tmp_path / 'out'
    prune_checkpoint(config, checkpoint, out, 0.5, size=32)
    prune_checkpoint(config, checkpoint, out, 0.5, size=32, criterion='random')
    stems = {path.stem for path in out.glob('*.pth')}
    assert stems == {'tiny_pruned50', 'tiny_pruned50-random'}
    assert f'{out}/tiny_pruned50-random.pth' in (out / 'tiny_pruned50-random.py').read_text()
