import pytest
import torch
from mmpretrain.structures import DataSample
from torch import nn

import mmfer.models  # noqa: F401
from mmfer.models.heads.feature_losses import FeatureLosses, class_labels
from mmfer.registry import MODELS


class SpreadLoss(nn.Module):
    def forward(self, features, labels, feature_map):
        self.seen = (features, labels, feature_map)
        return features.var()


class KLLoss(SpreadLoss):
    pass


class Compactness(SpreadLoss):
    pass


class NeighborLoss(SpreadLoss):
    pass


THIRD_PARTY = (SpreadLoss, KLLoss, Compactness, NeighborLoss)


@pytest.fixture(autouse=True)
def plugin():
    for module in THIRD_PARTY:
        MODELS.register_module(module=module)
    yield
    for module in THIRD_PARTY:
        MODELS.module_dict.pop(module.__name__)


def test_names_in_the_log():
    losses = FeatureLosses([dict(type=module.__name__) for module in THIRD_PARTY])
    assert list(losses) == ['loss_spread', 'loss_k_l', 'loss_compactness', 'loss_neighbor']


def test_the_first_output_is_the_map_only_with_more_than_two_axes():
    losses = FeatureLosses([dict(type='SpreadLoss')])
    features, labels = torch.rand(2, 4), torch.tensor([0, 1])
    for first, is_map in (
        (torch.rand(2, 4, 3, 3), True),
        (torch.rand(2, 9, 4), True),  # tokens
        (torch.rand(2, 2), False),  # a relation
        (None, False),
    ):
        result = losses(features, labels, (first, features))
        assert result == {'loss_spread': features.var()}
        assert losses['loss_spread'].seen[2] is (first if is_map else None)


@pytest.mark.parametrize(
    ('head', 'options'),
    [
        ('RALDHead', dict(in_channels=4)),
        ('FeatureLossHead', dict(in_channels=4)),
        ('AttributeHead', dict(in_channels=4)),
        ('MultiRegionHead', dict(in_channels=4)),
    ],
)
def test_every_head_refuses_two_losses_of_one_name(head, options):
    twice = [dict(type='SpreadLoss'), dict(type='SpreadLoss')]
    with pytest.raises(ValueError, match='SpreadLoss would be logged as "loss_spread"'):
        MODELS.build(dict(type=head, num_classes=3, feature_losses=twice, **options))


def test_the_weight_of_a_loss_rises_in_its_warm_up():
    losses = FeatureLosses([dict(type='SpreadLoss', warmup=4), dict(type='Compactness')])
    x = torch.rand(2, 4)
    expected = float(x.var())
    factors = []
    for _ in range(6):
        found = losses(x, torch.tensor([0, 1]), (x,))
        assert float(found['loss_compactness']) == pytest.approx(expected)
        factors.append(float(found['loss_spread']) / expected)
    assert factors == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1])
    assert list(losses.state_dict()) == ['step'] and int(losses.step) == 6


def test_a_resumed_warm_up_goes_on_and_evaluation_does_not_count():
    config = [dict(type='SpreadLoss', warmup=4)]
    losses, resumed, x = FeatureLosses(config), FeatureLosses(config), torch.rand(2, 4)
    losses(x, torch.tensor([0, 1]), (x,))
    resumed.load_state_dict(losses.state_dict())
    resumed.eval()(x, torch.tensor([0, 1]), (x,))
    found = resumed.train()(x, torch.tensor([0, 1]), (x,))['loss_spread']
    assert float(found) == pytest.approx(0.5 * float(x.var()))
    assert config == [dict(type='SpreadLoss', warmup=4)]
    assert not FeatureLosses([dict(type='SpreadLoss')]).state_dict()
    with pytest.raises(ValueError, match='warmup=-1 of loss_spread'):
        FeatureLosses([dict(type='SpreadLoss', warmup=-1)])


def test_a_name_of_the_head_is_not_overwritten():
    config = dict(num_classes=3, in_channels=4, feature_losses=[dict(type='NeighborLoss')])
    assert MODELS.build(dict(type='FeatureLossHead', **config)).feature_losses
    with pytest.raises(ValueError, match='NeighborLoss would be logged as "loss_neighbor"'):
        MODELS.build(dict(type='RALDHead', **config))


def test_class_labels_of_hard_and_soft_labels():
    soft = DataSample().set_gt_score(torch.tensor([0.2, 0.7, 0.1]))
    both = DataSample().set_gt_label(1).set_gt_score(torch.tensor([0.0, 0.4, 0.6]))
    assert class_labels([DataSample().set_gt_label(0), soft, both]).tolist() == [0, 1, 2]
