import numpy as np
import pytest
import torch

from mmfer.models.losses import Centers
from mmfer.models.losses.centers import center_similarity, unit_vectors


def rule(features, labels, centers, rate, attention=None):
    """Wen et al. (2016), equation 4, class by class."""
    moved = centers.copy()
    weight = np.ones_like(features) if attention is None else attention
    for j in range(len(centers)):
        own = labels == j
        delta = (weight[own] * (centers[j] - features[own])).sum(0) / (1 + own.sum())
        moved[j] = centers[j] - rate * delta
    return moved


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return rng.normal(size=(6, 4)).astype('f4'), np.array([0, 2, 2, 0, 2, 4])


@pytest.mark.parametrize('weighted', [False, True])
def test_rule(batch, weighted):
    features, labels = batch
    attention = np.random.default_rng(1).random((6, 4)).astype('f4') if weighted else None
    centers = Centers(5, 4, rate=0.3)
    expected = rule(features, labels, centers.weight.numpy(), 0.3, attention)
    before = centers.weight.clone()
    given = None if attention is None else torch.from_numpy(attention)
    centers.step(torch.from_numpy(features), torch.from_numpy(labels), given)
    np.testing.assert_allclose(centers.weight, expected, rtol=1e-5, atol=1e-6)
    # The classes that are not in the batch stay to the bit.
    assert torch.equal(centers.weight[[1, 3]], before[[1, 3]])
    assert (centers.weight[[0, 2, 4]] != before[[0, 2, 4]]).any(1).all()


def test_rule_with_one_image():
    centers = Centers(2, 3)
    before = centers.weight.clone()
    x = torch.rand(1, 3)
    centers.step(x, torch.tensor([1]))
    torch.testing.assert_close(centers.weight[1], before[1] - 0.25 * (before[1] - x[0]))
    assert torch.equal(centers.weight[0], before[0])


def test_rule_ends_at_the_mean_of_a_class():
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    centers = Centers(1, 3)
    for _ in range(60):
        centers.step(x, torch.zeros(8, dtype=torch.long))
    torch.testing.assert_close(centers.weight[0], x.mean(0))


def test_the_gradient_of_a_repulsion_is_subtracted(batch):
    features, labels = map(torch.from_numpy, batch)
    plain, repelled = Centers(5, 4, rate=0.3), Centers(5, 4, rate=0.3)
    repelled.load_state_dict(plain.state_dict())
    before = plain.weight.clone()
    plain.step(features, labels)
    repelled.step(features, labels, repulsion=lambda c: 2 * c.square().sum())
    torch.testing.assert_close(plain.weight - repelled.weight, 0.3 * 4 * before)


def test_centers_do_not_move_in_eval_mode(batch):
    features, labels = map(torch.from_numpy, batch)
    centers = Centers(5, 4).eval()
    before = centers.weight.clone()
    centers.step(features, labels)
    assert torch.equal(centers.weight, before)


def test_the_optimizer_moves_a_parameter_and_the_rule_a_buffer(batch):
    features, labels = map(torch.from_numpy, batch)
    gradient, by_rule = Centers(5, 4, update='gradient'), Centers(5, 4)
    before = gradient.weight.clone()
    gradient.step(features, labels)
    assert torch.equal(gradient.weight, before)
    assert [name for name, _ in gradient.named_parameters()] == ['weight']
    assert not list(by_rule.parameters())
    # A checkpoint of one goes into the other.
    by_rule.load_state_dict(gradient.state_dict())
    assert torch.equal(by_rule.weight, gradient.weight)


def test_a_step_between_forward_and_backward_changes_no_gradient(batch):
    features, labels = torch.from_numpy(batch[0]).requires_grad_(), torch.from_numpy(batch[1])
    centers = Centers(5, 4)
    expected = features.detach() - centers.weight[labels]
    loss = (features - centers.weight[labels]).square().sum() / 2
    centers.step(features, labels)
    loss.backward()
    torch.testing.assert_close(features.grad, expected)


def test_centers_start_with_norms_near_one():
    lengths = Centers(50, 512).weight.norm(dim=1)
    assert lengths.min() > 0.8 and lengths.max() < 1.2


@pytest.mark.parametrize('update', ['rule', 'gradient'])
def test_centers_start_at_the_means_of_the_first_batches(batch, update):
    features, labels = batch
    centers = Centers(5, 4, update=update, start='batch')
    random = centers.weight.detach().clone()
    centers.begin(torch.from_numpy(features), torch.from_numpy(labels))
    for j in (0, 2, 4):
        mean = features[labels == j].mean(0)
        np.testing.assert_allclose(centers.weight[j].detach(), mean, rtol=1e-5)
    assert torch.equal(centers.weight[[1, 3]], random[[1, 3]])
    first = centers.weight.detach().clone()
    # In the next batch, only class 3 is new.
    centers.begin(torch.ones(3, 4), torch.tensor([3, 3, 0]))
    assert torch.equal(centers.weight[3], torch.ones(4))
    assert torch.equal(centers.weight[[0, 1, 2, 4]], first[[0, 1, 2, 4]])


def test_started_centers_stay_after_a_checkpoint(batch):
    features, labels = map(torch.from_numpy, batch)
    centers, resumed = (Centers(5, 4, start='batch') for _ in range(2))
    centers.begin(features, labels)
    resumed.load_state_dict(centers.state_dict())
    resumed.begin(features + 1, labels)
    assert torch.equal(resumed.weight, centers.weight)


def test_centers_start_in_training_only(batch):
    features, labels = map(torch.from_numpy, batch)
    centers = Centers(5, 4, start='batch').eval()
    before = centers.weight.clone()
    centers.begin(features, labels)
    assert torch.equal(centers.weight, before) and not centers.started.any()


def test_unknown_start():
    with pytest.raises(ValueError, match="start='mean' must be 'random' or 'batch'"):
        Centers(3, 4, start='mean')


def test_unknown_update():
    with pytest.raises(ValueError, match="update='mean' must be 'rule' or 'gradient'"):
        Centers(3, 4, update='mean')


def test_center_similarity():
    c = np.random.default_rng(2).normal(size=(4, 3))
    expected = sum(
        1 + c[j] @ c[k] / np.sqrt((c[j] @ c[j]) * (c[k] @ c[k]))
        for j in range(4)
        for k in range(4)
        if j != k
    )
    np.testing.assert_allclose(center_similarity(torch.from_numpy(c)), expected)
    assert center_similarity(torch.rand(1, 3)).abs() < 1e-6
    opposite = torch.tensor([[2.0, 0.0], [-3.0, 0.0]])
    np.testing.assert_allclose(center_similarity(opposite), 0, atol=1e-6)


def test_vectors_of_zeros_have_a_finite_gradient():
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
    units = unit_vectors(x)
    np.testing.assert_allclose(units.detach(), [[0, 0], [0.6, 0.8]])
    units.sum().backward()
    assert x.grad.abs().max() <= 1


def test_a_wrong_label_or_width_is_told_before_the_centers_start():
    centers = Centers(3, 4, start='batch')
    with pytest.raises(ValueError, match='label 5 of image 1 of the batch is outside 0 to 2'):
        centers.begin(torch.ones(2, 4), torch.tensor([0, 5]))
    with pytest.raises(ValueError, match='set in_channels to the width of the features'):
        centers.begin(torch.ones(2, 6), torch.tensor([0, 1]))
