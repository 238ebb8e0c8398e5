import pytest
import torch
from mmpretrain.models.backbones import ConvNeXt

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS

ARCH = dict(depths=[1, 1, 2, 1], channels=[8, 16, 24, 32])


def test_with_pooling_and_norm_it_is_the_plain_convnext():
    torch.manual_seed(0)
    backbone = MODELS.build(dict(type='ConvNeXtMap', arch=ARCH))
    neck = MODELS.build(dict(type='FeaturePooling', in_channels=32, norm=dict(type='LN', eps=1e-6)))
    plain = ConvNeXt(ARCH)
    torch.nn.init.normal_(neck.norm.weight)
    torch.nn.init.normal_(neck.norm.bias)
    weights = {**backbone.state_dict(), 'norm3.weight': neck.norm.weight}
    plain.load_state_dict({**weights, 'norm3.bias': neck.norm.bias})
    x = torch.randn(2, 3, 64, 96)
    feature_map, vector = neck(backbone(x))
    assert feature_map.shape == (2, 32, 2, 3)
    torch.testing.assert_close(vector, plain(x)[0])
    count = sum(p.numel() for p in (*backbone.parameters(), *neck.parameters()))
    assert count == sum(p.numel() for p in plain.parameters())


@pytest.mark.parametrize('index', [1, 3])
def test_the_map_is_the_output_of_the_last_stage(index):
    backbone = MODELS.build(dict(type='ConvNeXtMap', arch=ARCH, out_indices=(index,)))
    seen = []
    backbone.stages[index].register_forward_hook(lambda *args: seen.append(args[2]))
    (found,) = backbone(torch.randn(1, 3, 64, 64))
    assert torch.equal(found, seen[0])
