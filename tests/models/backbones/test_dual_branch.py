import cv2
import numpy as np
import pytest
import torch
from mmengine.model import BaseModule

import mmfer.engine.pretrained  # noqa: F401
import mmfer.models  # noqa: F401
from mmfer.registry import MODELS

RESNET = dict(type='ResNet', depth=18, base_channels=8, stem_channels=8, out_indices=(3,))
SWIN = dict(
    type='SwinTransformer',
    arch=dict(embed_dims=8, depths=[1, 1, 1, 1], num_heads=[1, 2, 4, 8]),
    window_size=2,
)
CONVNEXT = dict(
    type='ConvNeXt',
    arch=dict(depths=[1, 1, 1, 1], channels=[8, 16, 24, 40]),
    gap_before_final_norm=False,
)
MOBILENET = dict(type='MobileNetV2', widen_factor=0.25, out_indices=(7,))


def build(**options):
    torch.manual_seed(0)
    model = MODELS.build(dict(dict(type='DualBranch', in_channels=(64, 64)), **options))
    model.init_weights()
    return model.eval()


@pytest.mark.parametrize(
    ('branch2', 'channels'), [(SWIN, 64), (CONVNEXT, 40), (MOBILENET, 1280), (RESNET, 64)]
)
def test_any_second_backbone_is_projected_to_the_width_of_the_first(branch2, channels):
    model = build(branch1=RESNET, branch2=branch2, in_channels=(64, channels)).train()
    (out,) = model(torch.randn(2, 3, 64, 64))
    assert out.shape == (2, 64, 2, 2)
    out.square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name


def test_the_output_is_the_sum_of_the_maps():
    model = build(branch1=RESNET, branch2=CONVNEXT, in_channels=(64, 40), out_channels=12)
    x = torch.randn(2, 3, 64, 64)
    expected = 0
    for branch, align in ((model.branch1, model.align1), (model.branch2, model.align2)):
        weight, bias = align.weight.detach().numpy()[:, :, 0, 0], align.bias.detach().numpy()
        feature_map = branch(x)[-1].detach().numpy()
        expected = expected + np.einsum('oc,nchw->nohw', weight, feature_map)
        expected = expected + bias[:, None, None]
    np.testing.assert_allclose(model(x)[0].detach(), expected, rtol=1e-4, atol=1e-4)


def test_the_second_map_is_resized_to_the_first():
    fine = dict(RESNET, out_indices=(2,))
    model = build(branch1=fine, branch2=RESNET, in_channels=(32, 64))
    x = torch.randn(1, 3, 96, 64)
    (out,) = model(x)
    assert out.shape == (1, 32, 6, 4)
    small = model.align2(model.branch2(x)[-1])[0].permute(1, 2, 0).detach().numpy()
    # OpenCV's linear interpolation has the same corners, and no other code.
    expected = cv2.resize(small, (4, 6), interpolation=cv2.INTER_LINEAR).transpose(2, 0, 1)
    second = (out - model.branch1(x)[-1])[0].detach().numpy()
    np.testing.assert_allclose(second, expected, atol=1e-4)


def test_one_branch_alone():
    x = torch.randn(1, 3, 64, 64)
    local = build(branch1=RESNET, branch2=None)
    torch.testing.assert_close(local(x)[0], local.branch1(x)[-1])
    distant = build(branch1=None, branch2=SWIN, out_channels=24)
    torch.testing.assert_close(distant(x)[0], distant.align2(distant.branch2(x)[-1]))
    with pytest.raises(ValueError, match='both are None'):
        build(branch1=None, branch2=None)


def test_weights_of_a_branch(tmp_path):
    source = MODELS.build(RESNET)
    torch.save(dict(state_dict=source.state_dict()), tmp_path / 'resnet.pth')
    pretrained = dict(RESNET, init_cfg=dict(type='Pretrained', checkpoint=f'{tmp_path}/resnet.pth'))
    model = build(branch1=pretrained, branch2=RESNET)
    for name, weight in model.branch1.state_dict().items():
        torch.testing.assert_close(weight, source.state_dict()[name])
    assert not torch.equal(model.branch2.conv1.weight, source.conv1.weight)


def test_train_and_eval_return_the_module():
    model = build(branch1=RESNET, branch2=SWIN)
    assert model.train() is model and model.branch1.training
    assert model.eval() is model and not model.branch2.training


@MODELS.register_module()
class VectorBackbone(BaseModule):
    def forward(self, x):
        return (x.mean((2, 3)),)


def test_a_branch_that_differs_from_its_declaration_is_refused():
    model = build(branch1=RESNET, branch2=SWIN, in_channels=(64, 32))
    with pytest.raises(ValueError, match=r'branch2 has the shape \(1, 64, 2, 2\).*Set in_channels'):
        model(torch.randn(1, 3, 64, 64))
    with pytest.raises(ValueError, match=r'in_channels=\(64,\) must be two widths'):
        build(branch1=RESNET, branch2=SWIN, in_channels=(64,))
    model = build(branch1=dict(type='VectorBackbone'), branch2=SWIN, in_channels=(3, 64))
    with pytest.raises(ValueError, match=r'branch1 has the shape \(1, 3\)'):
        model(torch.randn(1, 3, 64, 64))
