"""Weights of other libraries give the same features."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.logging import MMLogger
from mmpretrain.models import ResNet, SEResNet
from torchvision.models import resnet18

from mmfer.engine.pretrained import load_pretrained, read_weights
from mmfer.registry import MODELS, register_all_modules
from tests.helpers import ROOT


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


def printed(caplog, load) -> str:
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    load()
    logger.removeHandler(caplog.handler)
    return caplog.text


def test_weights_that_do_not_match_are_printed(torchvision_model, tmp_path: Path, caplog) -> None:
    weights = torchvision_model.state_dict()
    weights['conv1.weight'] = torch.rand(64, 1, 7, 7)
    path = tmp_path / 'weights.pth'
    torch.save(weights, path)
    text = printed(caplog, lambda: load_pretrained(ResNet(depth=18), path))
    assert f'Start weights of ResNet from {path} (the same names): 99 of 100 weights fit' in text
    assert '2 of the checkpoint not in the model: fc.weight, fc.bias' in text
    assert '1 of another shape: conv1.weight ((64, 1, 7, 7) in the checkpoint, (64, 3, ' in text


def test_weights_without_any_match_are_refused(tmp_path: Path) -> None:
    torch.save({'head.weight': torch.rand(3)}, tmp_path / 'weights.pth')
    message = (
        r'weights.pth" do not fit ResNet: 0 of 100 weights fit; 100 of the model not in .*0% of'
    )
    with pytest.raises(ValueError, match=message):
        load_pretrained(ResNet(depth=18), tmp_path / 'weights.pth')


def half(weights: dict) -> dict:
    """The first half of the tensors."""
    return dict(list(weights.items())[: len(weights) // 2])


def pruned(weights: dict) -> dict:
    """Three quarters of the channels of each layer."""
    return {name: w[: len(w) * 3 // 4] if w.ndim else w for name, w in weights.items()}


@pytest.mark.parametrize(
    ('file', 'counts'),
    [
        (lambda: ResNet(depth=34).state_dict(), r'100 of 100 .* 80 of the checkpoint not in'),
        (lambda: ResNet(depth=50).state_dict(), r'\d+ of 100 weights fit; .* not in the model'),
        (
            lambda: ResNet(depth=18, base_channels=32, stem_channels=32).state_dict(),
            r'0 of 100 weights fit; 100 of another shape: conv1.weight \(\(32, 3, 7, 7\) in the',
        ),
        (lambda: half(ResNet(depth=18).state_dict()), r'50 of 100 .* 50 of the model not in the'),
        (lambda: pruned(ResNet(depth=18).state_dict()), r'0 of 100 weights fit; 100 of another'),
    ],
    ids=['deeper', 'other blocks', 'narrower', 'half', 'pruned'],
)
def test_files_of_other_networks_are_refused_with_counts(file, counts, tmp_path: Path) -> None:
    path = tmp_path / 'weights.pth'
    torch.save(file(), path)
    model = ResNet(depth=18)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    with pytest.raises(ValueError, match=counts) as error:
        load_pretrained(model, path)
    assert 'at least 80% of both are needed' in str(error.value)
    assert all(torch.equal(before[name], weight) for name, weight in model.state_dict().items())


def test_a_file_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'weights.pth'
    torch.save(ResNet(depth=18).state_dict(), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r'weights\.pth'):
        load_pretrained(ResNet(depth=18), path)


def test_a_part_is_taken_if_asked_for(tmp_path: Path) -> None:
    source, model = ResNet(depth=34), ResNet(depth=18)
    torch.save(source.state_dict(), tmp_path / 'weights.pth')
    fit = load_pretrained(model, tmp_path / 'weights.pth', min_share=0.5)
    assert len(fit.fitting) == 100 and len(fit.foreign) == 80
    assert torch.equal(model.layer3[1].conv2.weight, source.layer3[1].conv2.weight)
    with pytest.raises(ValueError, match='min_share=0 must be above 0'):
        load_pretrained(model, tmp_path / 'weights.pth', min_share=0)


@pytest.mark.parametrize('prefix', ['teacher', 'teacher.'])
def test_a_prefix_chooses_the_part(prefix: str, tmp_path: Path) -> None:
    student, teacher = ResNet(depth=18), ResNet(depth=18)
    file = prefixed(student.state_dict(), 'student.') | prefixed(teacher.state_dict(), 'teacher.')
    path = str(tmp_path / 'weights.pth')
    torch.save(file, path)
    register_all_modules()
    init_cfg = dict(type='Pretrained', checkpoint=path, prefix=prefix)
    model = MODELS.build(dict(type='ResNet', depth=18, init_cfg=init_cfg))
    model.init_weights()
    assert torch.equal(model.conv1.weight, teacher.conv1.weight)
    with pytest.raises(ValueError, match=r'weights.pth": No weight .* prefix="wrong."'):
        load_pretrained(ResNet(depth=18), path, prefix='wrong')


def test_several_equal_parts_are_told(tmp_path: Path, caplog) -> None:
    weights = ResNet(depth=18).state_dict()
    path = tmp_path / 'weights.pth'
    torch.save(prefixed(weights, 'student.') | prefixed(weights, 'teacher.'), path)
    text = printed(caplog, lambda: load_pretrained(ResNet(depth=18), path))
    assert 'below "student."' in text and 'fit as well: teacher.. Set prefix' in text


WITHOUT_SCOPE = """
from mmengine.registry import DefaultScope
from mmfer.registry import MODELS
init_cfg = dict(type='Pretrained', checkpoint=r'{path}')
MODELS.build(dict(type='ResNet', depth=18, init_cfg=init_cfg)).init_weights()
DefaultScope.get_instance('other', scope_name='mmpretrain')
MODELS.build(dict(type='ResNet', depth=18, init_cfg=init_cfg)).init_weights()
"""


def test_a_script_without_scope_uses_the_same_loader(torchvision_model, tmp_path: Path) -> None:
    """And another library's scope uses its own."""
    path = tmp_path / 'weights.pth'
    torch.save(torchvision_model.state_dict(), path)
    code = WITHOUT_SCOPE.format(path=path)
    result = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    text = result.stdout + result.stderr
    assert text.count('Start weights of ResNet') == 1 and '100 of 100 weights fit' in text
    assert text.count('load model from: ') == 1  # mmengine's own


def test_a_file_without_weights_is_refused(tmp_path: Path) -> None:
    torch.save({'epoch': 3}, tmp_path / 'weights.pth')
    with pytest.raises(ValueError, match='holds no weights'):
        read_weights(tmp_path / 'weights.pth')


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'No checkpoint at .*none\.pth'):
        read_weights(tmp_path / 'none.pth')
