"""Losses on distances with features of another scale."""

import numpy as np
import pytest
import torch

import mmfer.models  # noqa: F401
from mmfer.models.losses.feature_scale import scale_features
from mmfer.registry import MODELS

LOSSES = ['CenterLoss', 'IslandLoss', 'SelfAdaptiveDeepCenterLoss']


def scaled(x: np.ndarray, scale: str) -> np.ndarray:
    if scale == 'unit':
        return x / np.sqrt((x**2).sum(1, keepdims=True))
    return x / np.sqrt(x.shape[1]) if scale == 'width' else x


@pytest.mark.parametrize('scale', ['none', 'width', 'unit'])
def test_scale(scale):
    x = np.random.default_rng(0).normal(size=(5, 6)).astype('f4')
    found = scale_features(torch.from_numpy(x), scale)
    np.testing.assert_allclose(found, scaled(x, scale), rtol=1e-6)
    assert scale_features(torch.ones(2, 4, dtype=torch.bfloat16), scale).dtype == torch.float32


@pytest.mark.parametrize('scale', ['none', 'width', 'unit'])
@pytest.mark.parametrize('start', ['random', 'batch'])
@pytest.mark.parametrize('name', LOSSES)
def test_loss_and_centers_have_the_scale(name, start, scale):
    """Against the loss of NumPy's scaled features, for two batches."""
    options = dict(map_size=2) if 'Deep' in name else {}
    config = dict(type=name, num_classes=3, in_channels=4, start=start, **options)
    torch.manual_seed(0)
    loss = MODELS.build(dict(config, scale=scale))
    torch.manual_seed(0)
    plain = MODELS.build(config)
    rng = np.random.default_rng(0)
    for _ in range(2):
        x, y = 5 * rng.normal(size=(6, 4)).astype('f4'), torch.tensor([0, 0, 1, 1, 2, 2])
        feature_map = torch.rand(6, 4, 2, 2)
        found = loss(torch.from_numpy(x), y, feature_map)
        expected = plain(torch.from_numpy(scaled(x, scale)), y, feature_map)
        torch.testing.assert_close(found, expected)
        torch.testing.assert_close(loss.centers.weight, plain.centers.weight)


def test_the_first_batch_has_no_distance_to_its_own_mean():
    loss = MODELS.build(dict(type='CenterLoss', num_classes=2, in_channels=4, start='batch'))
    x = torch.full((4, 4), 7.0)
    assert loss(x, torch.tensor([0, 0, 1, 1])) == 0
    assert loss(x + 1, torch.tensor([0, 0, 1, 1])) > 0


def test_separate_loss_starts_with_directions():
    loss = MODELS.build(dict(type='SeparateLoss', num_classes=2, in_channels=2, start='batch'))
    loss(torch.tensor([[3.0, 4.0], [0.0, 2.0]]), torch.tensor([0, 1]))
    np.testing.assert_allclose(loss.centers.weight[0].norm(), 1, atol=0.3)


@pytest.mark.parametrize('name', LOSSES)
def test_unknown_scale(name):
    options = dict(map_size=2) if 'Deep' in name else {}
    with pytest.raises(ValueError, match="scale='mean' must be one of none, width, unit"):
        MODELS.build(dict(type=name, num_classes=2, in_channels=4, scale='mean', **options))
