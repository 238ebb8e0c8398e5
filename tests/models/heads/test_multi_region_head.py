import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.models.heads import MultiRegionHead, weighted_scores

RNG = np.random.default_rng(3)
FEATS = RNG.normal(size=(2, 5, 8)).astype(np.float32)
LABELS = [0, 2, 1, 1, 3]


def build(**options):
    torch.manual_seed(0)
    head = MultiRegionHead(4, 8, hidden_channels=6, **options)
    head.init_weights()
    return head


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def reference(head, feats):
    """The logits z of each sub-network."""
    found = []
    for x, fusion, classify in zip(feats, head.fusions, head.classifiers, strict=True):
        w1, b1, w2, b2 = (
            p.detach().numpy() for p in (*fusion.parameters(), *classify.parameters())
        )
        found.append(np.maximum(x @ w1.T + b1, 0) @ w2.T + b2)
    return found


def samples():
    return [DataSample().set_gt_label(y) for y in LABELS]


@pytest.mark.parametrize('weights', [(0.5, 0.5), (0.2, 0.8), (1.0, 0.0)])
def test_the_prediction_is_the_weighted_sum_of_softmaxes(weights):
    head = build(weights=weights)
    feats = tuple(torch.tensor(FEATS))
    z1, z2 = reference(head, FEATS)
    expected = weights[0] * softmax(z1) + weights[1] * softmax(z2)
    np.testing.assert_allclose(head(feats).exp().detach(), expected, rtol=1e-5)
    found = head.predict(feats, samples())
    for sample, row in zip(found, expected, strict=True):
        np.testing.assert_allclose(sample.pred_score.detach(), row, rtol=1e-5)
        assert int(sample.pred_label) == row.argmax()
    assert abs(softmax(z1) - softmax(z2)).max() > 0.05


def test_the_loss_is_the_mean_of_the_cross_entropies():
    head = build()
    loss = head.loss(tuple(torch.tensor(FEATS)), samples())['loss']
    own = [-np.log(softmax(z)[range(5), LABELS]).mean() for z in reference(head, FEATS)]
    np.testing.assert_allclose(loss.item(), np.mean(own), rtol=1e-5)
    loss.backward()
    assert all(p.grad.isfinite().all() and p.grad.any() for p in head.parameters())


def test_soft_labels():
    head = build()
    target = softmax(RNG.normal(size=(5, 4)))
    made = [DataSample().set_gt_score(torch.tensor(row, dtype=torch.float32)) for row in target]
    loss = head.loss(tuple(torch.tensor(FEATS)), made)['loss']
    own = [-(target * np.log(softmax(z))).sum(1).mean() for z in reference(head, FEATS)]
    np.testing.assert_allclose(loss.item(), np.mean(own), rtol=1e-5)


def test_one_sub_network_is_a_softmax():
    z = torch.tensor(RNG.normal(size=(1, 5, 4)))
    torch.testing.assert_close(
        weighted_scores(z, (1.0,)), z[0].log_softmax(1).float(), rtol=1e-5, atol=1e-6
    )
    head = build(weights=(1.0,))
    assert len(head.fusions) == 1
    assert head.pre_logits((torch.tensor(FEATS[0]),)).shape == (5, 6)


def test_scores_far_apart_stay_finite():
    z = torch.tensor([[[200.0, 0.0, -200.0]], [[-300.0, 0.0, 300.0]]], requires_grad=True)
    scores = weighted_scores(z, (0.5, 0.5))
    scores.sum().backward()
    assert scores.isfinite().all() and z.grad.isfinite().all()
    torch.testing.assert_close(scores.exp(), torch.tensor([[0.5, 0.0, 0.5]]))


def test_gradients_with_a_weight_of_zero():
    z = torch.tensor(RNG.normal(size=(2, 5, 4)), requires_grad=True)
    weighted_scores(z, (1.0, 0.0))[:, 0].sum().backward()
    assert z.grad.isfinite().all() and not z.grad[1].any() and z.grad[0].any()


def test_fused_vectors_are_concatenated():
    head = build()
    found = head.pre_logits(tuple(torch.tensor(FEATS))).detach().numpy()
    assert found.shape == (5, 12)
    w, b = (p.detach().numpy() for p in head.fusions[1].parameters())
    np.testing.assert_allclose(
        found[:, 6:], np.maximum(FEATS[1] @ w.T + b, 0), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize('weights', [(), (0.5, 0.6), (1.5, -0.5), (0.0, 0.0)])
def test_bad_weights(weights):
    with pytest.raises(ValueError, match='no weight may be negative, and they must sum to 1'):
        build(weights=weights)


def test_feature_losses_get_the_fused_vectors():
    center = dict(type='CenterLoss', num_classes=4, in_channels=12, loss_weight=0.1)
    head = build(feature_losses=[center])
    feats = tuple(torch.tensor(FEATS))
    centers = head.feature_losses['loss_center'].centers.weight.numpy().copy()
    fused = head.pre_logits(feats).detach().numpy()
    losses = head.loss(feats, samples())
    expected = 0.1 * np.square(fused - centers[LABELS]).sum() / (2 * len(LABELS))
    np.testing.assert_allclose(losses['loss_center'].item(), expected, rtol=1e-5)
    plain = build()
    plain.load_state_dict(head.state_dict(), strict=False)
    assert plain.loss(feats, samples()) == {'loss': losses['loss']}


def test_init_weights_is_xavier_and_does_not_change_the_losses():
    deep = dict(type='SelfAdaptiveDeepCenterLoss', num_classes=4, in_channels=12, map_size=2)
    head = MultiRegionHead(4, 8, hidden_channels=6, feature_losses=[deep])
    before = {k: v.clone() for k, v in head.feature_losses.state_dict().items()}
    head.init_weights()
    after = head.feature_losses.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    for layer in (*head.fusions, *head.classifiers):
        assert not layer.bias.any()
        expected = (2 / sum(layer.weight.shape)) ** 0.5
        assert layer.weight.std().item() == pytest.approx(expected, rel=0.5)
