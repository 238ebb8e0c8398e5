import json

import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from scipy.special import rel_entr, softmax
from torch import nn

from mmfer.models import HIFEFeatures, MomentumBank, RALDHead
from mmfer.models.losses import (
    NeighborLabelDistributionLoss,
    coarse_loss,
    neighbor_label_distribution_loss,
)
from mmfer.registry import MODELS, register_all_modules
from tests.engine.hooks.toy import rald_runner


def samples(labels):
    return [DataSample(metainfo=dict(sample_idx=i)).set_gt_label(y) for i, y in enumerate(labels)]


@pytest.fixture
def head():
    torch.manual_seed(0)
    return RALDHead(3, 8, init_cfg=None)


def test_loss_is_cross_entropy_plus_neighbors(head):
    relation, features = torch.randn(6, 6), torch.randn(6, 8)
    labels = [0, 0, 1, 1, 2, 2]
    losses = head.loss((relation, features), samples(labels))
    weight, bias = (p.detach().double().numpy() for p in (head.fc.weight, head.fc.bias))
    probs = softmax(features.double().numpy() @ weight.T + bias, axis=1)
    cross_entropy = -np.log(probs[np.arange(6), labels]).mean()  # eq. 20
    divergence = 0.0
    for i, row in enumerate(relation.double().numpy()):  # eq. 18-19: the five other images
        others = [j for j in range(6) if j != i]
        divergence += rel_entr(softmax(row[others]) @ probs[others], probs[i]).sum()
    divergence /= 6 * 3
    assert losses['loss'].item() == pytest.approx(cross_entropy, rel=1e-4)
    assert losses['loss_neighbor'].item() == pytest.approx(divergence, rel=1e-3)
    total = head.loss((relation, features), samples(labels))
    total = sum(value for name, value in total.items() if name.startswith('loss'))  # eq. 21
    assert total.item() == pytest.approx(cross_entropy + divergence, rel=1e-4)
    head.neighbor_weight = 0.25
    scaled = head.loss((relation, features), samples(labels))['loss_neighbor']
    torch.testing.assert_close(scaled, 0.25 * losses['loss_neighbor'])


def test_the_agreement_is_logged_with_its_chance(head):
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


def test_a_neighbor_loss_needs_the_relation(head):
    plain = RALDHead(3, 8, neighbor_loss=None)
    assert set(plain.loss((None, torch.randn(2, 8)), samples([0, 1]))) == {'loss'}
    with pytest.raises(ValueError, match='needs the relation'):
        head.loss((None, torch.randn(2, 8)), samples([0, 1]))


def test_soft_labels(head):
    data = [DataSample().set_gt_score(torch.tensor([0.7, 0.3, 0.0])) for _ in range(3)]
    losses = head.loss((torch.randn(3, 3), torch.randn(3, 8)), data)
    assert losses['neighbor_agreement'] == 1 and losses['loss'].isfinite()


class JensenShannonLoss(NeighborLabelDistributionLoss):
    """A neighbor loss of another package with its own divergence."""

    def forward(self, logits, distribution, labels):
        assert labels.shape == logits.shape and (labels.sum(1) == 1).all()
        p, d = logits.softmax(1), distribution
        middle = (p + d) / 2
        return ((p * (p / middle).log() + d * (d / middle).log()) / 2).sum(1).mean()


class SmoothedScoresLoss(nn.Module):
    """A loss of another package with the contract of losses on scores."""

    def forward(self, cls_score, label, weight=None, avg_factor=None, reduction_override=None):
        assert weight is None and reduction_override is None and avg_factor == len(label)
        log_probs = cls_score.log_softmax(1)
        picked = log_probs.gather(1, label[:, None])[:, 0]
        return -(0.9 * picked + 0.1 * log_probs.mean(1)).sum() / avg_factor


class NoNeighborsLoss(nn.Module):
    def forward(self, logits, distribution, labels):
        return logits.sum()


class SpreadLoss(nn.Module):
    """A loss of another package on features, with its own parameter."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, features, labels, feature_map):
        assert feature_map is None and labels.dtype == torch.long
        return self.scale * features.square().mean()


@pytest.fixture
def plugin():
    register_all_modules()  # without it, mmpretrain's head looks for its loss in mmpretrain alone
    classes = (JensenShannonLoss, SmoothedScoresLoss, NoNeighborsLoss, SpreadLoss)
    for module in classes:
        MODELS.register_module(module=module)
    yield
    for module in classes:
        MODELS.module_dict.pop(module.__name__)


def test_losses_of_another_package_work_in_all_three_contracts(plugin):
    torch.manual_seed(0)
    head = RALDHead(
        3,
        8,
        neighbor_loss=dict(type='JensenShannonLoss', k=2),
        loss=dict(type='SmoothedScoresLoss'),
        feature_losses=[dict(type='SpreadLoss')],
    )
    relation, features, labels = torch.randn(4, 4), torch.randn(4, 8), [0, 1, 2, 0]
    losses = head.loss((relation, features), samples(labels))
    assert {name for name in losses if 'loss' in name} == {'loss', 'loss_neighbor', 'loss_spread'}

    z = head.fc(features).detach().double().numpy()
    p = softmax(z, axis=1)
    r = relation.double().numpy()
    near = [sorted(set(range(4)) - {i}, key=lambda j, i=i: -r[i, j])[:2] for i in range(4)]
    d = np.stack([softmax(r[i, js]) @ p[js] for i, js in enumerate(near)])
    middle = (p + d) / 2
    divergence = (rel_entr(p, middle) + rel_entr(d, middle)).sum(1).mean() / 2
    np.testing.assert_allclose(losses['loss_neighbor'].item(), divergence, rtol=1e-4)
    smoothed = -(0.9 * np.log(p)[range(4), labels] + 0.1 * np.log(p).mean(1)).mean()
    np.testing.assert_allclose(losses['loss'].item(), smoothed, rtol=1e-5)
    spread = 2 * np.square(features.numpy()).mean()
    np.testing.assert_allclose(losses['loss_spread'].item(), spread, rtol=1e-5)


def test_a_neighbor_loss_must_form_distributions(plugin):
    with pytest.raises(ValueError, match=r'NoNeighborsLoss lacks k.*Derive the loss from'):
        RALDHead(3, 8, neighbor_loss=dict(type='NoNeighborsLoss'))


def test_center_loss_on_rald_is_trained_logged_and_saved(tmp_path):
    extra = """
model['head']['feature_losses'] = [
    dict(type='CenterLoss', num_classes=3, in_channels=64, loss_weight=0.1)]
default_hooks['logger'] = dict(type='LoggerHook', interval=1)
"""
    runner = rald_runner(tmp_path, extra)
    name = 'head.feature_losses.loss_center.centers.weight'
    before = runner.model.state_dict()[name].clone()
    runner.train()
    saved = torch.load(tmp_path / 'work' / 'epoch_1.pth', weights_only=True)['state_dict']
    assert torch.equal(saved[name], runner.model.state_dict()[name])
    assert (saved[name] != before).any(1).all()
    (log,) = (tmp_path / 'work').glob('*/vis_data/scalars.json')
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    steps = [row for row in rows if 'loss_neighbor' in row]
    assert len(steps) == 4
    parts = ('loss_neighbor', 'loss_center')
    assert all(np.isfinite(row[part]) and row[part] > 0 for row in steps for part in parts)


def test_init_weights_equals_a_linear_head(head):
    """With and without losses that have their own layers."""
    deep = dict(type='SelfAdaptiveDeepCenterLoss', num_classes=3, in_channels=8, map_size=2)
    module = RALDHead(3, 8, feature_losses=[deep])
    before = {k: v.clone() for k, v in module.feature_losses.state_dict().items()}
    linear = MODELS.build(dict(type='LinearClsHead', num_classes=3, in_channels=8))
    for built in (module, linear):
        torch.manual_seed(1)
        built.init_weights()
    assert torch.equal(module.fc.weight, linear.fc.weight) and not module.fc.bias.any()
    after = module.feature_losses.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    with pytest.raises(ValueError, match='first output is the map'):
        module.loss((torch.randn(2, 2), torch.randn(2, 8)), samples([0, 1]))


def features(n=4, dims=8, nodes=5):
    parts = torch.randn(n, n), torch.randn(n, dims), torch.randn(nodes, dims), torch.randn(n, dims)
    return HIFEFeatures(*parts)


def test_label_vectors_replace_the_weights():
    torch.manual_seed(0)
    head = RALDHead(3, 8, label_scale=6.0)
    head.init_weights()
    feats = features()
    x, labels = feats.features.double().numpy(), feats.labels.double().numpy()[:3]
    cosines = x @ labels.T
    cosines /= np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(labels, axis=1)
    np.testing.assert_allclose(head(feats).detach(), 6 * cosines, rtol=1e-4, atol=1e-5)
    labels = feats.labels.clone().requires_grad_()
    head.loss(feats._replace(labels=labels), samples([0, 1, 2, 0]))['loss'].backward()
    assert labels.grad[:3].abs().min() > 0 and not labels.grad[3:].any()
    assert {name for name, _ in head.named_parameters()} == {'label_scale'}


def test_the_auxiliary_loss_is_on_the_features_of_the_backbone():
    torch.manual_seed(0)
    head = RALDHead(3, 8, auxiliary_weight=0.5)
    feats, labels = features(), [0, 1, 2, 0]
    losses = head.loss(feats, samples(labels))
    z = head.auxiliary(feats.pooled).detach().double().numpy()
    expected = -np.log(softmax(z, axis=1)[range(4), labels]).mean() / 2
    np.testing.assert_allclose(losses['loss_auxiliary'].item(), expected, rtol=1e-5)
    same = head.loss(feats._replace(pooled=torch.zeros(4, 8)), samples(labels))
    torch.testing.assert_close(same['loss'], losses['loss'])


def test_the_coarse_loss_sees_scores_and_soft_labels():
    head = RALDHead(8, 8, coarse_loss=dict(type='CoarseLoss', label_tree='ferplus'))
    torch.nn.init.normal_(head.fc.weight)
    feats = features()
    shares = torch.rand(4, 8).softmax(1)
    data = [DataSample().set_gt_score(row) for row in shares]
    expected = coarse_loss(head(feats), shares, [0, 1, 2, 3, 3, 3, 3, 3])
    torch.testing.assert_close(head.loss(feats, data)['loss_coarse'], expected)


@pytest.mark.parametrize('weighting', ['votes', 'neighbors'])
def test_the_neighbor_loss_gets_the_labels_for_its_weights(weighting):
    config = dict(type='NeighborLabelDistributionLoss', k=2, weighting=weighting)
    head = RALDHead(3, 8, neighbor_loss=config)
    torch.nn.init.normal_(head.fc.weight)
    feats, shares = features(), torch.rand(4, 3).softmax(1)
    data = [DataSample().set_gt_score(row) for row in shares]
    scores = head(feats)
    distribution = head.neighbor_loss.distribution(feats.relation, scores.softmax(1))
    expected = head.neighbor_loss(scores, distribution, shares)
    torch.testing.assert_close(head.loss(feats, data)['loss_neighbor'], expected)


def test_neighbors_come_from_the_momentum_bank(head):
    torch.nn.init.normal_(head.fc.weight)
    head.neighbor_loss.k, head.neighbor_bank = 2, MomentumBank(6)
    feats, data = features(), samples([0, 1, 2, 0])
    assert 'neighbor_agreement' not in head.loss(feats, data)
    assert head.neighbor_bank.seen.tolist() == [True] * 4 + [False] * 2
    f = head.neighbor_bank.features.double().numpy()[:4]
    p = head.neighbor_bank.probs.double().numpy()[:4]
    x = feats.pooled.double().numpy()
    cosines = x @ f.T / np.linalg.norm(x, axis=1)[:, None] / np.linalg.norm(f, axis=1)
    np.fill_diagonal(cosines, -np.inf)
    rows = []
    for row in cosines:
        near = np.argsort(-row)[:2]
        rows.append(softmax(row[near]) @ p[near])
    own = softmax(head(feats).detach().double().numpy(), axis=1)
    expected = rel_entr(np.stack(rows), own).sum() / 12
    np.testing.assert_allclose(
        head.loss(feats, data)['loss_neighbor'].item(), expected, rtol=1e-3, atol=1e-6
    )


def test_options_name_what_the_neck_does_not_give():
    bare = torch.randn(4, 4), torch.randn(4, 8)
    with pytest.raises(ValueError, match='auxiliary_weight needs pooled features'):
        RALDHead(3, 8, auxiliary_weight=1.0).loss(bare, samples([0, 1, 2, 0]))
    with pytest.raises(ValueError, match='label_scale needs lgifo and labels'):
        RALDHead(3, 8, label_scale=1.0)(features()._replace(labels=None))
