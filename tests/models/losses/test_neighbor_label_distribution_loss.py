import numpy as np
import pytest
import torch
from scipy.special import rel_entr, softmax

from mmfer.models.losses import (
    NeighborLabelDistributionLoss,
    disagreement,
    neighbor_label_distribution,
    neighbor_label_distribution_loss,
)


def by_hand(relation, probs, k, normalize, skip):
    rows = []
    for i, row in enumerate(relation):
        ranked = [j for j in np.argsort(-row) if j != skip(i)][:k]
        r = row[ranked]
        w = softmax(r) if normalize == 'softmax' else r / r.sum()
        rows.append(w @ probs[ranked])
    return np.stack(rows)


@pytest.mark.parametrize('normalize', ['softmax', 'sum'])
@pytest.mark.parametrize('k', [1, 3, 99])
def test_distribution_equals_eq_18(normalize, k):
    rng = np.random.default_rng(0)
    relation, probs = rng.random((6, 6)), rng.dirichlet(np.ones(4), 6)
    ours = neighbor_label_distribution(
        torch.from_numpy(relation), torch.from_numpy(probs), k, normalize
    )
    np.testing.assert_allclose(ours, by_hand(relation, probs, k, normalize, lambda i: i))
    np.testing.assert_allclose(ours.sum(1), 1)


def test_rectangular_relations_keep_every_column_by_default():
    rng = np.random.default_rng(1)
    relation, probs = rng.normal(size=(3, 7)), rng.dirichlet(np.ones(4), 7)
    args = torch.from_numpy(relation), torch.from_numpy(probs), 2
    np.testing.assert_allclose(
        neighbor_label_distribution(*args), by_hand(relation, probs, 2, 'softmax', lambda i: None)
    )
    np.testing.assert_allclose(
        neighbor_label_distribution(*args, exclude_self=True, self_offset=4),
        by_hand(relation, probs, 2, 'softmax', lambda i: 4 + i),
    )


def test_negative_relations_stay_a_distribution():
    relation = torch.tensor([[0.0, -1.0, -2.0], [-5.0, 0.0, -1.0], [-1.0, -1.0, 0.0]])
    ours = neighbor_label_distribution(relation, torch.eye(3), 2)
    assert (ours >= 0).all() and torch.allclose(ours.sum(1), torch.ones(3))


def test_negative_relations_count_as_0_in_a_sum():
    relation = torch.tensor([[0.0, 1.0, -2.0], [-5.0, 0.0, -1.0], [2.0, 6.0, 0.0]])
    ours = neighbor_label_distribution(relation, torch.eye(3), 2, 'sum')
    expected = torch.tensor([[0, 1, 0], [torch.nan] * 3, [0.25, 0.75, 0]])
    torch.testing.assert_close(ours, expected, equal_nan=True)
    loss = NeighborLabelDistributionLoss(k=2, normalize='sum')
    assert loss(torch.zeros(3, 3), loss.distribution(relation, torch.eye(3))).isfinite()


def test_loss_is_the_kl_divergence_over_n_c():
    rng = np.random.default_rng(2)
    logits, target = rng.normal(size=(5, 4)), rng.dirichlet(np.ones(4), 5)
    target[0] = [1, 0, 0, 0]
    divergence = rel_entr(target, softmax(logits, axis=1)).sum()
    args = torch.from_numpy(logits), torch.from_numpy(target)
    np.testing.assert_allclose(neighbor_label_distribution_loss(*args), divergence / 20, rtol=1e-5)
    np.testing.assert_allclose(
        neighbor_label_distribution_loss(*args, reduction='batch_mean'), divergence / 5, rtol=1e-5
    )


def test_the_gradient_equals_the_printed_cross_entropy():
    torch.manual_seed(0)
    logits = torch.randn(5, 4, requires_grad=True)
    target = torch.rand(5, 4).softmax(1).requires_grad_()
    neighbor_label_distribution_loss(logits, target).backward()
    expected = (logits.softmax(1) - target).detach() / 20
    torch.testing.assert_close(logits.grad, expected)
    assert target.grad is None


def test_an_image_without_neighbors_adds_nothing():
    loss = NeighborLabelDistributionLoss(k=5)
    logits = torch.randn(1, 4, requires_grad=True)
    value = loss(logits, loss.distribution(torch.zeros(1, 1), logits.softmax(1)))
    value.backward()
    assert value == 0 and not logits.grad.abs().any()
    none = loss.distribution(torch.zeros(3, 0), torch.zeros(3, 4))
    assert none.shape == (3, 4) and none.isnan().all()


def test_bad_options_are_refused():
    loss = NeighborLabelDistributionLoss(k=1, exclude_self=False, loss_weight=2.0)
    probs = torch.eye(3)
    assert torch.equal(loss.distribution(torch.eye(3), probs), probs)
    logits = torch.randn(3, 3)
    expected = 2 * neighbor_label_distribution_loss(logits, probs)
    torch.testing.assert_close(loss(logits, probs), expected)
    with pytest.raises(ValueError, match='k=0'):
        neighbor_label_distribution(torch.eye(3), probs, 0)
    with pytest.raises(ValueError, match="normalize='max'"):
        neighbor_label_distribution(torch.eye(3), probs, 1, 'max')
    with pytest.raises(ValueError, match="reduction='none'"):
        neighbor_label_distribution_loss(logits, probs, 'none')


def test_disagreement_is_the_chance_that_two_draws_differ():
    rng = np.random.default_rng(3)
    a, b = rng.dirichlet(np.ones(3), 4), rng.dirichlet(np.ones(3), 4)
    ours = disagreement(torch.from_numpy(a), torch.from_numpy(b))
    expected = [
        sum(a[n, i] * b[n, j] for i in range(3) for j in range(3) if i != j) for n in range(4)
    ]
    np.testing.assert_allclose(ours, expected)


@pytest.mark.parametrize('weighting', ['votes', 'neighbors'])
def test_images_are_weighted_by_disagreement(weighting):
    rng = np.random.default_rng(4)
    logits, target, votes = rng.normal(size=(5, 3)), *rng.dirichlet(np.ones(3), (2, 5))
    votes[0] = target[0] = [1, 0, 0]  # nobody disagrees
    other = votes if weighting == 'votes' else target
    weights = 1 - (votes * other).sum(1)
    divergence = rel_entr(target, softmax(logits, axis=1)).sum(1)
    loss = NeighborLabelDistributionLoss(weighting=weighting, loss_weight=2.0)
    args = [torch.from_numpy(a) for a in (logits, target, votes)]
    np.testing.assert_allclose(loss(*args), 2 * (weights * divergence).sum() / 15, rtol=1e-5)
    assert loss(args[0][:1], args[1][:1], args[2][:1]) == 0
    # An image without neighbors has no part in it.
    args[1][2] = torch.nan
    kept = [0, 1, 3, 4]
    expected = 2 * (weights * divergence)[kept].sum() / 15
    np.testing.assert_allclose(loss(*args), expected, rtol=1e-5)


def test_a_weighting_needs_labels_and_a_known_name():
    with pytest.raises(ValueError, match="weighting='age'"):
        NeighborLabelDistributionLoss(weighting='age')
    with pytest.raises(ValueError, match='needs the labels'):
        NeighborLabelDistributionLoss(weighting='votes')(torch.zeros(1, 2), torch.ones(1, 2) / 2)
