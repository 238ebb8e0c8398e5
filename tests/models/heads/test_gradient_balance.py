"""Ratios of gradients, against NumPy."""

import logging

import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger
from mmpretrain.structures import DataSample

import mmfer.models  # noqa: F401
from mmfer.models.heads.gradient_balance import GradientBalance, gradient_ratio
from mmfer.registry import MODELS

CENTER = dict(type='CenterLoss', num_classes=3, in_channels=4, loss_weight=0.5)
Y = np.array([0, 1, 2, 0])


def samples():
    return [DataSample().set_gt_label(int(label)) for label in Y]


def build(interval: int = 1, **options):
    torch.manual_seed(0)
    config = dict(type='FeatureLossHead', num_classes=3, in_channels=4, feature_losses=[CENTER])
    return MODELS.build({**config, 'balance_interval': interval, **options})


def features(scale: float = 1.0) -> torch.Tensor:
    return (scale * torch.randn(4, 4, generator=torch.Generator().manual_seed(1))).requires_grad_()


def test_the_ratio_is_that_of_the_formulas():
    head, x = build(), features()
    centers = head.feature_losses['loss_center'].centers.weight.numpy().copy()
    losses = head.loss((x,), samples())
    weight, bias, given = (t.detach().numpy() for t in (head.fc.weight, head.fc.bias, x))
    scores = np.exp(given @ weight.T + bias)
    in_x = (scores / scores.sum(1, keepdims=True) - np.eye(3)[Y]) @ weight / 4
    pull = 0.5 * (given - centers[Y]) / 4
    expected = np.linalg.norm(pull) / np.linalg.norm(in_x)
    np.testing.assert_allclose(losses['gradient_ratio_center'], expected, rtol=1e-5)
    assert not losses['gradient_ratio_center'].requires_grad


def test_the_measurement_changes_no_gradient_and_no_loss():
    plain, measured = build(0), build(1)
    grads = []
    for head in (plain, measured):
        x = features()
        losses = head.loss((x,), samples())
        total = sum(value for name, value in losses.items() if 'loss' in name)
        total.backward()
        grads.append((x.grad, head.fc.weight.grad, total.detach()))
    for one, other in zip(*grads, strict=True):
        assert torch.equal(one, other)
    assert not measured.state_dict().keys() ^ plain.state_dict().keys()


def test_every_nth_step_is_measured_from_the_first_on():
    head = build(3)
    found = ['gradient_ratio_center' in head.loss((features(),), samples()) for _ in range(7)]
    assert found == [True, False, False, True, False, False, True]


def test_frozen_features_and_evaluation_are_not_measured():
    head = build(1)
    assert 'gradient_ratio_center' not in head.loss((features().detach(),), samples())
    with torch.no_grad():
        assert 'gradient_ratio_center' not in head.loss((features() * 1,), samples())


def test_a_ratio_past_ten_is_warned_of_once(caplog):
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    head = build(1)
    torch.nn.init.normal_(head.fc.weight, std=0.01)
    for _ in range(3):
        head.loss((features(30),), samples())
    quiet = build(1)
    quiet.loss((features(0.01),), samples())
    logger.removeHandler(caplog.handler)
    found = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(found) == 1 and 'gradient_ratio_center is' in found[0].getMessage()
    assert 'times that of the loss on the scores' in found[0].getMessage()


def test_a_loss_without_gradient_has_ratio_zero():
    x = features()
    assert gradient_ratio(torch.ones(()), x.sum(), [x]) == 0
    other = features()
    assert gradient_ratio(other.sum(), x.sum(), [x]) == 0


def test_the_other_heads_measure_too():
    attributes = MODELS.build(
        dict(
            type='AttributeHead',
            num_classes=3,
            in_channels=4,
            class_attribute=0,
            feature_losses=[dict(CENTER, num_classes=2)],
            balance_interval=1,
        )
    )
    scores = [DataSample().set_gt_score(torch.tensor([1.0, 0.0, 1.0])) for _ in range(4)]
    assert attributes.loss((features(),), scores)['gradient_ratio_center'] > 0
    regions = MODELS.build(
        dict(
            type='MultiRegionHead',
            num_classes=3,
            in_channels=4,
            hidden_channels=2,
            feature_losses=[CENTER],
            balance_interval=1,
        )
    )
    assert regions.loss((features(), features()), samples())['gradient_ratio_center'] > 0


def test_a_negative_interval_is_refused():
    with pytest.raises(ValueError, match='balance_interval=-1 must be 0 or more'):
        GradientBalance(-1)
