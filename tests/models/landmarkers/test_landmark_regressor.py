import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.models.landmarkers import LandmarkRegressor
from mmfer.models.losses import gaussian_maps, wing_loss

SIZE = 64


def sample(seed: int = 0) -> DataSample:
    rng = np.random.default_rng(seed)
    truth = DataSample()
    truth.set_field(torch.from_numpy(rng.uniform(5, 55, (68, 2)).astype(np.float32)), 'landmarks')
    truth.set_field(torch.from_numpy((rng.random(68) > 0.3).astype(np.float32)), 'landmark_scores')
    return truth


@pytest.fixture
def model():
    torch.manual_seed(0)
    return LandmarkRegressor(loss_points=dict(type='WingLoss'))


def test_losses_equal_the_formulas(model):
    model.eval()
    samples, x = [sample(0), sample(1)], torch.randn(2, 3, SIZE, SIZE)
    losses = model(x, samples, mode='loss')
    points, logits, share = (t.detach() for t in model(x))
    truth = torch.stack([s.landmarks for s in samples])
    seen = torch.stack([s.landmark_scores for s in samples]).numpy()
    error = np.abs(points.numpy() * SIZE - 0.5 - truth.numpy())
    far = error - 5 + 5 * np.log(6)
    wing = np.where(error < 5, 5 * np.log1p(error), far)
    assert losses['loss_points'].item() == pytest.approx(wing.mean(), rel=1e-4)
    probability = 1 / (1 + np.exp(-logits.numpy()))
    entropy = -np.where(seen, np.log(probability), np.log(1 - probability)).mean()
    assert losses['loss_visible'].item() == pytest.approx(2 * entropy, rel=1e-4)
    p = share.numpy()
    q = gaussian_maps((truth + 0.5) / SIZE, SIZE // 4, SIZE // 4, 1.0).numpy() + 1e-30
    m = (p + q) / 2
    divergence = ((p * np.log(p / m)) + q * np.log(q / m)).sum(axis=(2, 3)) / 2
    expected = 5 * (divergence * seen).sum() / seen.sum()
    assert losses['loss_heat'].item() == pytest.approx(expected, rel=1e-3)


def test_hidden_points_can_weigh_less(model):
    model.eval()
    samples, x = [sample(0), sample(1)], torch.randn(2, 3, SIZE, SIZE)
    alike = model(x, samples, mode='loss')
    points = model(x)[0].detach() * SIZE - 0.5
    truth = torch.stack([s.landmarks for s in samples])
    seen = torch.stack([s.landmark_scores for s in samples]) > 0.5
    lighter = LandmarkRegressor(loss_points=dict(type='WingLoss'), hidden_weight=0.25).eval()
    lighter.load_state_dict(model.state_dict())
    losses = lighter(x, samples, mode='loss')
    each = wing_loss(points - truth).mean(-1)
    expected = (each[seen].sum() + 0.25 * each[~seen].sum()) / (seen.sum() + 0.25 * (~seen).sum())
    assert losses['loss_points'].item() == pytest.approx(expected.item(), rel=1e-5)
    assert losses['loss_points'].item() != pytest.approx(alike['loss_points'].item(), rel=1e-5)
    assert losses['loss_heat'] == alike['loss_heat']
    with pytest.raises(ValueError, match='hidden_weight=0'):
        LandmarkRegressor(loss_points=dict(type='WingLoss'), hidden_weight=0)


def test_the_network_learns_one_face(model):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    x, samples = torch.randn(4, 3, SIZE, SIZE), [sample(i) for i in range(4)]
    history = []
    for _ in range(25):
        losses = model(x, samples, mode='loss')
        total = sum(losses.values())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        history.append(total.item())
    assert history[-1] < 0.7 * history[0]


def test_a_face_with_all_points_hidden_has_finite_losses(model):
    truth = sample()
    truth.landmark_scores.zero_()
    losses = model(torch.randn(2, 3, SIZE, SIZE), [truth, truth], mode='loss')
    assert losses['loss_heat'].item() == 0
    assert all(loss.isfinite() for loss in losses.values())


def test_predictions_are_pixels_and_probabilities(model):
    model.eval()
    x = torch.randn(1, 3, SIZE, SIZE)
    (found,) = model(x, [sample()], mode='predict')
    points, logits, _ = model(x)
    torch.testing.assert_close(found.pred_landmarks, points[0] * SIZE - 0.5)
    torch.testing.assert_close(found.pred_landmark_scores, logits[0].sigmoid())
    assert len(model(x, mode='predict')) == 1


def test_unknown_modes_and_samples_without_points_are_refused(model):
    x = torch.randn(2, 3, SIZE, SIZE)
    with pytest.raises(ValueError, match='choose tensor, loss or predict'):
        model(x, mode='losses')
    with pytest.raises(ValueError, match='no landmarks'):
        model(x, [DataSample(), DataSample()], mode='loss')
