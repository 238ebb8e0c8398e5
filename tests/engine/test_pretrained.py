"""Weights of other libraries give the same features."""

from pathlib import Path

import pytest
import torch
from mmengine.logging import MMLogger
from mmpretrain.models import ResNet, SEResNet
from torchvision.models import resnet18

from mmfer.engine.pretrained import load_pretrained, read_weights
from mmfer.registry import MODELS, register_all_modules


@pytest.fixture(scope='module')
def torchvision_model() -> torch.nn.Module:
    torch.manual_seed(0)
    model = resnet18().eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return model


def features(model: torch.nn.Module, images: torch.Tensor) -> torch.Tensor:
    layers = (model.conv1, model.bn1, model.relu, model.maxpool)
    for layer in (*layers, model.layer1, model.layer2, model.layer3, model.layer4):
        images = layer(images)
    return images


def prefixed(weights: dict, prefix: str) -> dict:
    return {prefix + name: value for name, value in weights.items()}


@pytest.mark.parametrize(
    'wrap',
    [
        lambda weights: weights,
        lambda weights: {'state_dict': prefixed(weights, 'module.')},
        lambda weights: {'state_dict': prefixed(weights, 'backbone.'), 'meta': {'epoch': 1}},
        lambda weights: {'model': prefixed(weights, 'module.encoder.backbone.'), 'epoch': 3},
    ],
    ids=['plain', 'DataParallel', 'classifier', 'nested'],
)
def test_a_resnet_of_torchvision_gives_equal_features(
    wrap, torchvision_model, tmp_path: Path
) -> None:
    torch.save(wrap(torchvision_model.state_dict()), tmp_path / 'weights.pth')
    register_all_modules()
    backbone = MODELS.build(
        dict(
            type='ResNet',
            depth=18,
            zero_init_residual=True,  # must not undo what is loaded
            init_cfg=dict(type='Pretrained', checkpoint=str(tmp_path / 'weights.pth')),
        )
    )
    backbone.init_weights()
    backbone.eval()
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        expected, (found,) = features(torchvision_model, images), backbone(images)
    torch.testing.assert_close(found, expected)


def test_squeeze_and_excitation_of_timm_gives_equal_features(tmp_path: Path) -> None:
    model = SEResNet(depth=50)
    weights = {
        name.replace('.se_layer.conv1.conv.', '.se.fc1.').replace(
            '.se_layer.conv2.conv.', '.se.fc2.'
        ): torch.rand_like(value.float())
        for name, value in model.state_dict().items()
    }
    torch.save(weights, tmp_path / 'weights.pth')
    load_pretrained(model, tmp_path / 'weights.pth')
    name = 'layer3.2.se_layer.conv2.conv.weight'
    assert torch.equal(model.state_dict()[name], weights['layer3.2.se.fc2.weight'])


def test_weights_that_do_not_match_are_printed(torchvision_model, tmp_path: Path, caplog) -> None:
    weights = torchvision_model.state_dict()
    weights['conv1.weight'] = torch.rand(64, 1, 7, 7)
    torch.save(weights, tmp_path / 'weights.pth')
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    load_pretrained(ResNet(depth=18), tmp_path / 'weights.pth')
    logger.removeHandler(caplog.handler)
    printed = caplog.text
    assert 'Loaded 119 of 120 weights' in printed
    assert 'the file has no match: conv1.weight' in printed
    assert 'not used: conv1.weight, fc.bias, fc.weight' in printed


def test_weights_without_any_match_are_refused(tmp_path: Path) -> None:
    torch.save({'head.weight': torch.rand(3)}, tmp_path / 'weights.pth')
    with pytest.raises(ValueError, match='No weight in .*weights.pth.* fits ResNet'):
        load_pretrained(ResNet(depth=18), tmp_path / 'weights.pth')


def test_a_file_without_weights_is_refused(tmp_path: Path) -> None:
    torch.save({'epoch': 3}, tmp_path / 'weights.pth')
    with pytest.raises(ValueError, match='holds no weights'):
        read_weights(tmp_path / 'weights.pth')


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'No checkpoint at .*none\.pth'):
        read_weights(tmp_path / 'none.pth')
