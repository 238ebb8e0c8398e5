import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from torch import nn

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS


class MeanSquareLoss(nn.Module):
    """Tells what it was given."""

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


def test_adds_the_losses_of_the_features(losses):
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


def test_without_feature_losses_it_is_the_linear_head():
    feats = (torch.rand(2, 4),)
    samples = [DataSample().set_gt_label(i) for i in (0, 2)]
    module = head()
    linear = MODELS.build(dict(type='LinearClsHead', num_classes=3, in_channels=4))
    linear.load_state_dict(module.state_dict())
    assert module.loss(feats, samples) == linear.loss(feats, samples)


def test_a_loss_may_stand_there_once(losses):
    with pytest.raises(ValueError, match='MeanSquareLoss stands there twice'):
        head(dict(type='MeanSquareLoss'), dict(type='MeanSquareLoss'))
