"""Scores of channels equal plain NumPy."""

import numpy as np
import torch
from torch import nn

from mmfer.engine.pruning.dependencies import ChannelGroup
from mmfer.engine.pruning.scores import bn_scale_scores, mlp_norm, mlp_scores, shuffled


def test_bn_scales_of_coupled_channels_are_averaged():
    model = nn.Sequential(nn.BatchNorm2d(3), nn.BatchNorm2d(4))
    model[0].weight.data = torch.tensor([-1.0, 0.5, 0.0])
    model[1].weight.data = torch.tensor([9.0, 3.0, -0.5, 2.0])
    group = ChannelGroup(model[0], 3, ['0'], [])
    group.norms = {'0': [(0, 0), (1, 1), (2, 2)], '1': [(0, 1), (1, 2), (2, 3)]}
    np.testing.assert_allclose(bn_scale_scores(model, group), [2.0, 0.5, 1.0])


def test_mlp_norms_equal_numpy():
    torch.manual_seed(0)
    before, after = torch.randn(6, 4), torch.randn(3, 6)
    expected = np.sqrt((before.numpy() ** 2).sum(1)) * np.sqrt((after.numpy() ** 2).sum(0))
    expected /= expected.mean()
    np.testing.assert_allclose(mlp_norm(before, after), expected, rtol=1e-5)
    moved = mlp_norm(before * 7, after / 7)
    np.testing.assert_allclose(moved, expected, rtol=1e-5)
    pointwise = mlp_norm(before[..., None, None], after[..., None, None])
    np.testing.assert_allclose(pointwise, expected, rtol=1e-5)


def test_mlp_scores_are_those_between_two_layers():
    model = nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.Linear(6, 3))
    group = ChannelGroup(model[0], 6, ['0'], ['2'])
    expected = mlp_norm(model[0].weight.detach(), model[2].weight.detach())
    np.testing.assert_allclose(mlp_scores(model, group), expected)


def test_tied_channels_are_shuffled_together():
    scores = np.arange(12.0)
    mixed = shuffled(scores, 3, np.random.default_rng(0))
    assert sorted(mixed) == sorted(scores) and list(mixed) != list(scores)
    rows = mixed.reshape(3, 4)
    assert (rows[1] == rows[0] + 4).all() and (rows[2] == rows[0] + 8).all()
