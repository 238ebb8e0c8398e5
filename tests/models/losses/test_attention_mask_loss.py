import numpy as np
import pytest
import torch

import mmfer.models  # noqa: F401
from mmfer.models.losses import AttentionMaskLoss, attention_mask_loss
from mmfer.registry import MODELS

RNG = np.random.default_rng(2)
M = RNG.uniform(size=(3, 1, 4, 5))
F = (RNG.uniform(size=M.shape) < 0.4).astype(np.float64)


def reference(m, f):
    """Eq. 6 and 8, cell by cell, and the gradient in m."""
    total, gradient = 0.0, np.zeros_like(m)
    for index in np.ndindex(*m.shape):
        total += (m[index] - m[index] * f[index]) ** 2 / len(m)
        gradient[index] = 2 * m[index] * (1 - f[index]) ** 2 / len(m)
    return total, gradient


@pytest.mark.parametrize('n', [1, 3])
@pytest.mark.parametrize('mask_type', [torch.float64, torch.float32, torch.bool, torch.uint8])
def test_formula_and_gradient(n, mask_type):
    m = torch.tensor(M[:n], requires_grad=True)
    loss = attention_mask_loss(m, torch.tensor(F[:n]).to(mask_type))
    loss.backward()
    value, gradient = reference(M[:n], F[:n])
    np.testing.assert_allclose(loss.item(), value)
    np.testing.assert_allclose(m.grad, gradient)


@pytest.mark.parametrize('pull', [0.0, 0.3, 1.0])
def test_pull_and_its_gradient(pull):
    m = torch.tensor(M, requires_grad=True)
    loss = attention_mask_loss(m, torch.tensor(F), pull)
    loss.backward()
    value, gradient = reference(M, F)
    np.testing.assert_allclose(loss.item(), value + pull * (F * (1 - M) ** 2).sum() / 3)
    np.testing.assert_allclose(m.grad, gradient - 2 * pull * F * (1 - M) / 3)
    module = MODELS.build(dict(type='AttentionMaskLoss', pull=pull))
    np.testing.assert_allclose(module(m, torch.tensor(F)).item(), loss.item(), rtol=1e-6)


def test_with_a_pull_of_one_only_the_mask_is_a_minimum():
    mask = torch.tensor(F)
    assert attention_mask_loss(mask, mask, 1.0) == 0
    np.testing.assert_allclose(attention_mask_loss(0 * mask, mask, 1.0), F.sum() / 3)
    np.testing.assert_allclose(
        attention_mask_loss(torch.tensor(M), mask, 1.0), ((M - F) ** 2).sum() / 3
    )


def test_a_negative_pull():
    with pytest.raises(ValueError, match=r'pull=-0\.5 must not be negative'):
        AttentionMaskLoss(pull=-0.5)


def test_minima():
    mask = torch.tensor(F)
    assert attention_mask_loss(mask, mask) == 0
    assert attention_mask_loss(torch.zeros_like(mask), mask) == 0
    assert attention_mask_loss(torch.ones_like(mask), mask) == (1 - F).sum() / 3


def test_the_weighted_loss_is_float32():
    module = MODELS.build(dict(type='AttentionMaskLoss', loss_weight=0.5))
    m = torch.tensor(M).half()
    loss = module(m, torch.tensor(F))
    assert loss.dtype == torch.float32
    np.testing.assert_allclose(loss, 0.5 * reference(m.double().numpy(), F)[0], rtol=1e-6)
    assert AttentionMaskLoss()(m, torch.tensor(F)) == 2 * loss


@pytest.mark.parametrize(
    ('attention', 'mask', 'message'),
    [
        ((2, 1, 7, 7), (2, 1, 6, 7), r'mask has the shape \(2, 1, 6, 7\).*grid'),
        ((2, 1, 7, 7), (1, 1, 7, 7), 'mask has the shape'),
        ((2, 1, 7, 7), (2, 7, 7), 'mask has the shape'),
        ((2, 3, 7, 7), (2, 3, 7, 7), r'attention has the shape \(2, 3, 7, 7\)'),
        ((2, 7, 7), (2, 7, 7), 'attention has the shape'),
        ((0, 1, 7, 7), (0, 1, 7, 7), 'attention has the shape'),
    ],
)
def test_wrong_shapes(attention, mask, message):
    with pytest.raises(ValueError, match=message):
        attention_mask_loss(torch.zeros(attention), torch.zeros(mask))
