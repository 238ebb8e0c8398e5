import runpy
import sys

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from mmfer.visualization import grad_cam as module
from mmfer.visualization.grad_cam import grad_cam, last_map_layer
from tests.visualization.networks import (
    CONVNEXT,
    CONVNEXT_MAP,
    GAP,
    POOLING,
    RESNET,
    SWIN,
    classifier,
    images,
)


class AsItIs(nn.Module):
    """A network whose only map is the image."""

    def forward(self, x):
        return (x,)


class LeftHalf(nn.Module):
    """A network that ignores the right half."""

    def forward(self, feats):
        x = feats[-1].clone()
        x[..., x.shape[-1] // 2 :] = 0
        return (x,)


def planted(head='LinearClsHead'):
    """Class 0 is red, class 1 is green."""
    model = classifier(RESNET, GAP, 3, head=head)
    model.backbone = AsItIs()
    with torch.no_grad():
        model.head.fc.weight.zero_()
        model.head.fc.weight[0, 0] = model.head.fc.weight[1, 1] = 1
    return model


@pytest.mark.parametrize('head', ['LinearClsHead', 'MultiLabelLinearClsHead'])
def test_a_class_is_found_at_its_position(head):
    image = torch.zeros(1, 3, 16, 16)
    image[:, 0, 2:5, 1:4] = 1
    image[:, 1, 9:14, 10:15] = 1
    for target in (0, 1):
        heat = grad_cam(planted(head), image, target, 'backbone')
        np.testing.assert_allclose(heat, image[0, target], atol=1e-5)
    assert grad_cam(planted(head), image, 2, 'backbone').max() == 0


def test_a_model_that_sees_the_left_half_only():
    model = classifier(CONVNEXT_MAP, POOLING, 32)
    model.neck = nn.Sequential(LeftHalf(), model.neck)
    inputs = images(size=128)
    layer = last_map_layer(model, inputs)
    assert layer == 'neck'
    for target in range(4):
        heat = grad_cam(model, inputs, target, layer)
        assert heat.shape == (128, 128)
        if heat.max() > 0:
            assert heat[:, :64].sum() > 4 * heat[:, 64:].sum()
            assert heat[:, 96:].max() == 0


@pytest.mark.parametrize(
    ('backbone', 'neck', 'channels', 'layer'),
    [
        (RESNET, GAP, 64, 'backbone'),
        (RESNET, POOLING, 64, 'neck'),
        (CONVNEXT_MAP, [POOLING], 32, 'neck'),
        (SWIN, GAP, 128, 'backbone'),
    ],
)
@pytest.mark.parametrize('target', [0, 3])
def test_the_map_equals_gradients_by_hand(backbone, neck, channels, layer, target):
    model = classifier(backbone, neck, channels)
    inputs = images(size=128)
    assert last_map_layer(model, inputs) == layer
    heat = grad_cam(model, inputs, target, layer)

    feature_map = model.backbone(inputs)[-1].detach().requires_grad_()
    model.head(model.neck((feature_map,)))[0, target].backward()
    weights = feature_map.grad[0].numpy().mean((1, 2))
    cam = np.maximum(np.tensordot(weights, feature_map.detach()[0].numpy(), 1), 0)
    cam -= cam.min()
    cam = cv2.resize(cam / max(cam.max(), 1e-7), (128, 128))
    cam -= cam.min()
    np.testing.assert_allclose(heat, cam / max(cam.max(), 1e-7), atol=1e-4)


def test_layers_inside_a_backbone():
    model = classifier(CONVNEXT, None, 32)
    assert last_map_layer(model, images()) == 'backbone.stages.3'
    model = classifier(SWIN, GAP, 128)
    maps = [grad_cam(model, images(), i, 'backbone.norm3') for i in range(4)]
    others = [grad_cam(model, images(), i, 'backbone') for i in range(4)]
    np.testing.assert_allclose(maps, others, atol=1e-4)
    assert np.max(maps) > 0.99


def test_frozen_weights_work_and_the_model_is_not_changed():
    model = classifier(RESNET, GAP, 64).requires_grad_(False)
    before = model(images(), mode='tensor')
    maps = [grad_cam(model, images(), i, 'backbone.layer3') for i in range(4)]
    assert np.max(maps) > 0.99
    assert torch.equal(model(images(), mode='tensor'), before)
    assert not model.backbone.layer3._forward_hooks


@pytest.mark.parametrize('layer', ['neck', 'head.fc', 'backbone.layer4.0.relu'])
def test_an_unsuitable_layer_is_refused(layer):
    with pytest.raises(ValueError, match=f'"{layer}" gives no map'):
        grad_cam(classifier(RESNET, GAP, 64), images(), 0, layer)


def test_a_map_without_influence_is_refused():
    model = classifier(RESNET, POOLING, 64)
    model.backbone.unused = nn.Conv2d(64, 1, 1)
    model.backbone.register_forward_hook(lambda m, args, out: (m.unused(out[-1]), out[-1])[1:])
    with pytest.raises(ValueError, match='the scores do not depend on the map'):
        grad_cam(model, images(), 0, 'backbone.unused')


def test_a_missing_package_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, 'pytorch_grad_cam', None)
    imported = runpy.run_path(module.__file__)
    with pytest.raises(ValueError, match=r'pip install "mmfer\[optional\]"'):
        imported['load_library']()
