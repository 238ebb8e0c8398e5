import numpy as np
import pytest
import torch
from mmengine.model import BaseModule
from torch import nn

from mmfer.visualization.feature_maps import (
    change_map,
    feature_maps,
    find_layer,
    main_layers,
    recorded_maps,
)
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


class Branches(BaseModule):
    """The sum of a map that brightens to the right and a map that brightens downwards."""

    class Ramp(nn.Module):
        def __init__(self, axis: int) -> None:
            super().__init__()
            self.axis = axis

        def forward(self, x):
            ramp = torch.arange(4.0).expand(4, 4)
            ramp = ramp if self.axis == 3 else ramp.T
            # half of the channels negative: the mean over them is zero
            return (torch.stack([ramp, -ramp]).expand(len(x), 2, 4, 4),)

    def __init__(self) -> None:
        super().__init__()
        self.branch1, self.branch2 = self.Ramp(3), self.Ramp(2)

    def forward(self, x):
        return (self.branch1(x)[-1] + self.branch2(x)[-1],)


@pytest.fixture
def dual():
    model = classifier(RESNET, [POOLING], 2)
    model.backbone = Branches()
    return model


def test_known_activations_give_known_maps(dual):
    layers = main_layers(dual, images())
    assert layers == ['backbone.branch1', 'backbone.branch2', 'backbone', 'neck']
    maps = feature_maps(dual, images(2), layers)
    ramp = np.tile(np.arange(4.0), (2, 4, 1))
    np.testing.assert_allclose(maps['backbone.branch1'], ramp)
    np.testing.assert_allclose(maps['backbone.branch2'], ramp.transpose(0, 2, 1))
    np.testing.assert_allclose(maps['neck'], ramp + ramp.transpose(0, 2, 1))


@pytest.mark.parametrize(
    ('backbone', 'neck', 'channels', 'expected'),
    [
        (RESNET, GAP, 64, ['backbone']),
        (CONVNEXT, None, 32, ['backbone.stages.3']),
        (CONVNEXT_MAP, POOLING, 32, ['backbone', 'neck']),
        (SWIN, GAP, 128, ['backbone']),
    ],
)
def test_layers_of_other_models(backbone, neck, channels, expected):
    model = classifier(backbone, neck, channels)
    assert main_layers(model, images()) == expected
    maps = feature_maps(model, images(2), expected)
    assert all(heat.shape == (2, 2, 2) and heat.std() > 0 for heat in maps.values())


def test_the_stages_of_a_swin_transformer():
    model = classifier(dict(SWIN, out_indices=(0, 1, 2, 3)), GAP, 128)
    names = [f'backbone.stages.{i}' for i in range(4)]
    tall = torch.randn(1, 3, 128, 64)
    shapes = [heat.shape for heat in feature_maps(model, tall, names).values()]
    assert shapes == [(1, 32, 16), (1, 16, 8), (1, 8, 4), (1, 4, 2)]
    # tokens and the map made of them
    with recorded_maps(model, ['backbone.norm3', 'backbone']) as maps, torch.no_grad():
        model(images(), mode='tensor')
    assert torch.equal(maps['backbone.norm3'], maps['backbone'])


def test_maps_are_recorded_before_operations_in_place():
    model = classifier(RESNET, GAP, 64)
    with recorded_maps(model, ['backbone.bn1', 'backbone.relu']) as maps, torch.no_grad():
        model(images(), mode='tensor')
    assert maps['backbone.bn1'].min() < 0
    assert torch.equal(maps['backbone.bn1'].clamp(min=0), maps['backbone.relu'])
    assert not model.backbone.bn1._forward_hooks


def test_tokens_are_rows_of_the_map():
    tokens = torch.arange(24.0).reshape(1, 6, 4)
    seen = []
    changed = change_map((tokens, (2, 3)), lambda m: seen.append(m) or m + 1)
    assert torch.equal(changed[0], tokens + 1) and changed[1] == (2, 3)
    assert seen[0].shape == (1, 4, 2, 3)
    assert seen[0][0, :, 1, 0].tolist() == tokens[0, 3].tolist()


@pytest.mark.parametrize(
    'output',
    [
        torch.zeros(2, 5),
        torch.zeros(2, 5, 1, 1),
        torch.zeros(2, 6, 4),
        (None, torch.zeros(2, 3)),
        7,
    ],
)
def test_other_outputs_give_no_map(output):
    assert change_map(output, lambda m: m) is None


def test_a_layer_that_does_not_exist_or_gives_no_map_is_refused(dual):
    with pytest.raises(ValueError, match=r'no layer "backbone.branch3".*backbone.branch1, back'):
        feature_maps(dual, images(), ['backbone.branch3'])
    with pytest.raises(ValueError, match='The layers of the model are: .*backbone, neck, head'):
        find_layer(dual, 'x')
    with pytest.raises(ValueError, match='head.fc: the output is no map'):
        feature_maps(dual, images(), ['backbone', 'head.fc'])
