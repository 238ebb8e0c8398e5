import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.models.losses import SoftmaxFocalLoss, softmax_focal_loss
from mmfer.registry import MODELS

RNG = np.random.default_rng(4)
Z, Y = 2 * RNG.normal(size=(6, 5)), np.array([0, 2, 2, 0, 1, 4])


def reference(z, y, gamma):
    """Lin et al. (2017), eq. 4 with a softmax, image by image, and the mean's gradient in z."""
    values, gradient = [], np.zeros_like(z)
    for i, (scores, label) in enumerate(zip(z, y, strict=True)):
        probs = np.exp(scores) / np.exp(scores).sum()
        p = probs[label]
        values.append(-((1 - p) ** gamma) * np.log(p))
        slope = gamma * (1 - p) ** (gamma - 1) * np.log(p) - (1 - p) ** gamma / p
        gradient[i] = slope * p * ((np.arange(len(scores)) == label) - probs) / len(z)
    return np.array(values), gradient


@pytest.mark.parametrize('n', [6, 1])
@pytest.mark.parametrize('gamma', [0.0, 0.5, 1.0, 2.0, 5.0])
def test_formula_and_gradient(gamma, n):
    z = torch.tensor(Z[:n], requires_grad=True)
    loss = softmax_focal_loss(z, torch.tensor(Y[:n]), gamma)
    loss.backward()
    values, gradient = reference(Z[:n], Y[:n], gamma)
    np.testing.assert_allclose(loss.item(), values.mean())
    np.testing.assert_allclose(z.grad, gradient, atol=1e-12)


def test_without_gamma_the_loss_is_the_cross_entropy():
    z, y = torch.tensor(Z), torch.tensor(Y)
    expected = torch.nn.functional.cross_entropy(z, y)
    torch.testing.assert_close(softmax_focal_loss(z, y, 0.0), expected)


def test_the_default_gamma_is_two():
    z, y = torch.tensor(Z), torch.tensor(Y)
    assert softmax_focal_loss(z, y) == softmax_focal_loss(z, y, 2.0)


def test_soft_labels():
    z = torch.tensor(Z)
    hard = torch.nn.functional.one_hot(torch.tensor(Y), 5).double()
    torch.testing.assert_close(softmax_focal_loss(z, hard), softmax_focal_loss(z, torch.tensor(Y)))
    other = np.array([1, 1, 0, 3, 3, 3])
    mixed = 0.7 * hard + 0.3 * torch.nn.functional.one_hot(torch.tensor(other), 5)
    expected = 0.7 * reference(Z, Y, 2.0)[0] + 0.3 * reference(Z, other, 2.0)[0]
    np.testing.assert_allclose(softmax_focal_loss(z, mixed), expected.mean())


@pytest.mark.parametrize('gamma', [0.5, 2.0])
def test_certain_predictions_have_a_finite_gradient(gamma):
    z = torch.tensor([[200.0, 0.0, 0.0], [0.0, 200.0, 0.0]], requires_grad=True)
    loss = softmax_focal_loss(z, torch.tensor([0, 0]), gamma)
    loss.backward()
    np.testing.assert_allclose(loss.item(), 100)  # the second is as wrong as it can be
    assert z.grad.isfinite().all() and not z.grad[0].any()


def test_loss_contract():
    values = reference(Z, Y, 2.0)[0]
    weight = np.array([1, 0, 2, 1, 0.5, 3])
    module = SoftmaxFocalLoss(loss_weight=0.5)
    z, y, w = torch.tensor(Z), torch.tensor(Y), torch.tensor(weight)

    def close(actual, expected):
        np.testing.assert_allclose(actual, expected, rtol=1e-5)

    close(module(z, y), 0.5 * values.mean())
    close(module(z, y, w), 0.5 * (weight * values).mean())
    close(module(z, y, w, avg_factor=4), 0.5 * (weight * values).sum() / 4)
    close(module(z, y, reduction_override='sum'), 0.5 * values.sum())
    close(module(z, y, reduction_override='none'), 0.5 * values)
    close(SoftmaxFocalLoss(reduction='none')(z, y, w), weight * values)


def test_in_a_head_under_autocast():
    loss = dict(type='SoftmaxFocalLoss', gamma=1.5, _scope_='mmfer')
    head = MODELS.build(dict(type='LinearClsHead', num_classes=5, in_channels=3, loss=loss))
    samples = [DataSample().set_gt_label(int(label)) for label in Y]
    x = torch.rand(6, 3)
    with torch.autocast('cpu', torch.bfloat16):
        z = head((x,))
        value = head.loss((x,), samples)['loss']
    assert z.dtype == torch.bfloat16 and value.dtype == torch.float32
    expected = reference(z.detach().double().numpy(), Y, 1.5)[0].mean()
    np.testing.assert_allclose(value.item(), expected, rtol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match='gamma=-1.0 must not be negative'):
        softmax_focal_loss(torch.tensor(Z), torch.tensor(Y), -1.0)
    with pytest.raises(ValueError, match='label 5 of image 0'):
        SoftmaxFocalLoss()(torch.tensor(Z), torch.tensor(Y + 5))
