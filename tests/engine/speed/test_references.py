"""The same training step by mmengine, in plain PyTorch, in mmpretrain and in timm."""

import builtins
from collections.abc import Callable
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmpretrain.models import ImageClassifier, ResNet

from mmfer.engine.speed.references import (
    bare_step,
    plain_classifier,
    reference_speed,
    timm_classifier,
    timm_name,
)
from mmfer.engine.speed.training_speed import PLAIN, training_step
from mmfer.engine.speed.turns import Times
from mmfer.registry import MODELS, register_all_modules

register_all_modules()


def config(in_channels: int = 64, **backbone: Any) -> Config:
    return Config(
        dict(
            model=dict(
                type='ImageClassifier',
                backbone=backbone,
                neck=dict(type='GlobalAveragePooling'),
                head=dict(type='LinearClsHead', num_classes=3, in_channels=in_channels),
            )
        )
    )


NARROW = config(type='ResNet', depth=18, base_channels=8, stem_channels=8)
WHOLE = config(512, type='ResNet', depth=18)


def test_the_bare_loop_trains_like_mmengine() -> None:
    step = training_step(NARROW, PLAIN, 4, 32)
    bare = bare_step(step.model, step.data)
    for _ in range(2):
        step()
        bare()
    pairs = zip(step.model.parameters(), bare.model.parameters(), strict=True)
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in pairs)
    assert all(weight.grad is None for weight in bare.model.parameters())


def test_rows_of_configs_and_shared_references() -> None:
    rows, messages = reference_speed({'a': WHOLE, 'b': WHOLE}, [2], 32, Times(2, 0.01))
    assert [tuple(row.names.values()) for row in rows] == [
        ('a', 'mmengine'),
        ('a', 'bare loop'),
        ('ResNet-18', 'mmpretrain:ResNet'),
        ('timm:resnet18', 'bare loop'),
        ('b', 'mmengine'),
        ('b', 'bare loop'),
    ]
    assert messages == []
    speeds = [row.speeds['training images/s at 2'] for row in rows]
    assert speeds[0].ratios == [1, 1] and all(len(speed.rounds) == 2 for speed in speeds)
    # Weights, gradients and two means of them, in MiB.
    assert all(4 * 42.6 < float(row.facts['peak memory at 2'].split()[0]) < 250 for row in rows)


def test_another_width_has_no_network_in_timm() -> None:
    rows, messages = reference_speed({'a': NARROW}, [2], 32, Times(1, 0.01))
    assert len(rows) == 3
    assert messages == [
        "a: timm's resnet18 has 11.18 M weights, the backbone 0.18 M: not the same network."
    ]


def test_backbones_of_other_widths_are_rows_of_their_own() -> None:
    configs = {'a': WHOLE, 'b': NARROW, 'c': NARROW}
    rows, _ = reference_speed(configs, [2], 32, Times(1, 0.01))
    plain = [row.names['model'] for row in rows if 'mmpretrain' in row.names['training by']]
    assert plain == ['ResNet-18', 'ResNet-18 of 0.18 M']


def test_mmpretrains_classifier_is_plain() -> None:
    model = plain_classifier(WHOLE, 32)
    assert type(model) is ImageClassifier and type(model.backbone) is ResNet
    assert model.head.fc.in_features == 512 and model.head.num_classes == 3


@pytest.mark.parametrize(
    ('backbone', 'name'),
    [
        (dict(type='ResNet', depth=50), 'resnet50'),
        (dict(type='SEResNet', depth=50), 'seresnet50'),
        (dict(type='SEResNeXt', depth=50, groups=32), 'seresnext50_32x4d'),
        (dict(type='VGGBN16'), 'vgg16_bn'),
        (dict(type='ConvNeXtMap', arch='tiny'), 'convnext_tiny'),
        (dict(type='SwinTransformer', arch='tiny'), 'swin_tiny_patch4_window7_224'),
        (dict(type='EfficientNetLite'), 'tf_efficientnet_lite0'),
    ],
)
def test_timm_has_the_same_weights(backbone: dict, name: str) -> None:
    found, network = timm_classifier(config(**backbone), 224)
    assert found == name
    with torch.no_grad():
        assert network.eval()(torch.zeros(1, 3, 224, 224)).shape == (1, 3)
    trunk = MODELS.build(backbone)
    extra = sum(w.numel() for w in network.parameters()) - sum(
        w.numel() for w in trunk.parameters()
    )
    assert extra % 3 == 0 and extra < 3 * 2100  # the linear layer of three classes


def test_what_timm_does_not_have() -> None:
    assert timm_name(dict(type='STSTNet')) is None
    assert timm_name(dict(type='ConvNeXt', arch=dict(depths=[1], channels=[4]))) is None
    with pytest.raises(ValueError, match='no network for the backbone SEResNeXt38'):
        timm_classifier(config(type='SEResNeXt38'), 32)
    with pytest.raises(ValueError, match='mmpretrain has no backbone EfficientNetLite'):
        plain_classifier(config(type='EfficientNetLite'), 32)
    with pytest.raises(ValueError, match='one backbone and a head'):
        timm_classifier(Config(dict(model=dict(type='STSTNet'))), 32)


def test_a_dual_branch_with_one_branch_is_that_branch() -> None:
    branch = dict(type='ResNet', depth=18, init_cfg=dict(type='Pretrained', checkpoint='none.pth'))
    one = config(type='DualBranch', branch1=None, branch2=branch)
    assert type(plain_classifier(one, 32).backbone) is ResNet
    assert timm_classifier(one, 32)[0] == 'resnet18'
    with pytest.raises(ValueError, match='one backbone and a head'):
        plain_classifier(config(type='DualBranch', branch1=branch, branch2=branch), 32)


def test_timm_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    original: Callable[..., Any] = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name == 'timm':
            raise ImportError(name)
        return original(name, *args, **options)

    monkeypatch.setattr(builtins, '__import__', without)
    with pytest.raises(ValueError, match='pip install timm'):
        timm_classifier(WHOLE, 32)
