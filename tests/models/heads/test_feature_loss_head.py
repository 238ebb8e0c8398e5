import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from torch import nn

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS


class MeanSquareLoss(nn.Module):
    """A loss that records its inputs."""

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, features, labels, feature_map):
        self.seen = (features, labels, feature_map)
        return self.loss_weight * features.square().mean()


@pytest.fixture
def losses():
    MODELS.register_module(module=MeanSquareLoss)
    yield
    MODELS.module_dict.pop('MeanSquareLoss')


def head(*feature_losses):
    torch.manual_seed(0)
    config = dict(type='FeatureLossHead', num_classes=3, in_channels=4)
    return MODELS.build({**config, 'feature_losses': feature_losses})


def test_feature_losses_are_added(losses):
    feats = (torch.rand(2, 5, 7, 7), torch.rand(2, 4))
    samples = [
        DataSample().set_gt_label(2),
        DataSample().set_gt_score(torch.tensor([0.2, 0.7, 0.1])),
    ]
    module = head(dict(type='MeanSquareLoss', loss_weight=0.5))
    samples[0].set_gt_score(torch.tensor([0.0, 0.0, 1.0]))
    result = module.loss(feats, samples)
    assert set(result) == {'loss', 'loss_mean_square'}
    expected = 0.5 * np.square(feats[1].numpy()).mean()
    np.testing.assert_allclose(result['loss_mean_square'], expected, rtol=1e-5)
    features, labels, feature_map = module.feature_losses['loss_mean_square'].seen
    assert features is feats[1] and feature_map is feats[0] and labels.tolist() == [2, 1]


def test_without_feature_losses_the_head_equals_the_linear_head():
    feats = (torch.rand(2, 4),)
    samples = [DataSample().set_gt_label(i) for i in (0, 2)]
    module = head()
    linear = MODELS.build(dict(type='LinearClsHead', num_classes=3, in_channels=4))
    linear.load_state_dict(module.state_dict())
    assert module.loss(feats, samples) == linear.loss(feats, samples)


def test_repeated_losses_are_refused(losses):
    with pytest.raises(ValueError, match='MeanSquareLoss would be logged as "loss_mean_square"'):
        head(dict(type='MeanSquareLoss'), dict(type='MeanSquareLoss'))


def cross_entropy(x, y, weight, bias):
    """Paper 002, eq. 8, and its gradients in the features and the weight."""
    z = x @ weight.T + bias
    probs = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    one_hot = np.eye(len(weight))[y]
    value = -(one_hot * np.log(probs)).sum() / len(x)
    slope = (probs - one_hot) / len(x)
    return value, slope @ weight, slope.T @ x


@pytest.mark.parametrize(
    ('name', 'options', 'factor'),
    [
        ('CenterLoss', dict(loss_weight=0.01), 0.01),  # paper 002, eq. 10
        ('SelfAdaptiveDeepCenterLoss', dict(map_size=2), 0.6),  # paper 000, eq. 8
    ],
)
def test_sum_of_the_losses(name, options, factor):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 4)).astype('f4'), rng.integers(0, 3, 6)
    module = head(dict(type=name, num_classes=3, in_channels=4, **options))
    torch.nn.init.normal_(module.fc.weight)
    samples = [DataSample().set_gt_label(int(label)) for label in y]
    features, maps = torch.tensor(x, requires_grad=True), torch.rand(6, 4, 2, 2)
    (part,) = module.feature_losses.values()
    centers = part.centers.weight.numpy().copy()
    attention = part.attention(maps).detach().numpy() if 'map_size' in options else 1.0
    losses = module.loss((maps, features), samples)
    total = sum(losses.values())
    total.backward()

    entropy, in_x, in_weight = cross_entropy(
        x, y, module.fc.weight.detach().numpy(), module.fc.bias.detach().numpy()
    )
    difference = x - centers[y]
    expected = entropy + factor * (attention * difference**2).sum() / 12
    np.testing.assert_allclose(total.item(), expected, rtol=1e-5)
    in_x = in_x + factor * attention * difference / 6
    np.testing.assert_allclose(features.grad, in_x, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(module.fc.weight.grad, in_weight, rtol=1e-4, atol=1e-6)


def test_init_weights_does_not_change_the_losses():
    options = dict(num_classes=3, in_channels=4, map_size=2)
    module = head(dict(type='SelfAdaptiveDeepCenterLoss', **options))
    (part,) = module.feature_losses.values()
    before = {name: tensor.clone() for name, tensor in part.state_dict().items()}
    module.init_weights()
    assert all(torch.equal(before[name], tensor) for name, tensor in part.state_dict().items())
    assert not module.fc.bias.any() and 0.001 < module.fc.weight.std() < 0.1


def test_a_loss_on_the_map_needs_a_map():
    options = dict(num_classes=3, in_channels=4, map_size=2)
    module = head(dict(type='SelfAdaptiveDeepCenterLoss', **options))
    with pytest.raises(ValueError, match='first output is the map'):
        module.loss((torch.rand(2, 4),), [DataSample().set_gt_label(i) for i in (0, 2)])
