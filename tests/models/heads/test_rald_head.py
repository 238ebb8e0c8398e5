import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.models import RALDHead
from mmfer.models.losses import neighbor_label_distribution, neighbor_label_distribution_loss


def samples(labels):
    return [DataSample(metainfo=dict(sample_idx=i)).set_gt_label(y) for i, y in enumerate(labels)]


@pytest.fixture
def head():
    torch.manual_seed(0)
    return RALDHead(3, 8, init_cfg=None)


def test_loss_is_cross_entropy_plus_neighbours(head):
    relation, features = torch.randn(6, 6), torch.randn(6, 8)
    labels = [0, 0, 1, 1, 2, 2]
    losses = head.loss((relation, features), samples(labels))
    scores = head.fc(features)
    torch.testing.assert_close(
        losses['loss'], torch.nn.functional.cross_entropy(scores, torch.tensor(labels))
    )
    distribution = neighbor_label_distribution(relation, scores.softmax(1), 5)
    torch.testing.assert_close(
        losses['loss_neighbor'], neighbor_label_distribution_loss(scores, distribution)
    )
    head.neighbor_weight = 0.25
    scaled = head.loss((relation, features), samples(labels))['loss_neighbor']
    torch.testing.assert_close(scaled, 0.25 * losses['loss_neighbor'])


def test_agreement_beside_chance(head):
    head.neighbor_loss.k = 1
    labels = [0, 0, 1, 1]
    pairs = torch.tensor([[9.0, 5, 0, 0], [5, 9, 0, 0], [0, 0, 9, 5], [8, 0, 5, 9]])
    losses = head.loss((pairs, torch.randn(4, 8)), samples(labels))
    assert losses['neighbor_agreement'] == pytest.approx(3 / 4)
    assert losses['neighbor_chance'] == pytest.approx(1 / 3)


def test_distributions_of_the_bank_replace_those_of_the_batch(head):
    head.neighbor_distributions = torch.rand(10, 3).softmax(1)
    head.neighbor_distributions[2] = torch.nan
    features = torch.randn(4, 8)
    losses = head.loss((torch.randn(4, 4), features), samples([0, 1, 2, 0]))
    expected = neighbor_label_distribution_loss(head.fc(features), head.neighbor_distributions[:4])
    torch.testing.assert_close(losses['loss_neighbor'], expected)


def test_without_neighbours(head):
    plain = RALDHead(3, 8, neighbor_loss=None)
    assert set(plain.loss((None, torch.randn(2, 8)), samples([0, 1]))) == {'loss'}
    with pytest.raises(ValueError, match='needs the relation'):
        head.loss((None, torch.randn(2, 8)), samples([0, 1]))


def test_soft_labels(head):
    data = [DataSample().set_gt_score(torch.tensor([0.7, 0.3, 0.0])) for _ in range(3)]
    losses = head.loss((torch.randn(3, 3), torch.randn(3, 8)), data)
    assert losses['neighbor_agreement'] == 1 and losses['loss'].isfinite()
