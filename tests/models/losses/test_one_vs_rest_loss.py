import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.models.losses import OneVsRestLoss, one_vs_rest_loss
from mmfer.registry import MODELS

RNG = np.random.default_rng(5)
Z, Y = 2 * RNG.normal(size=(6, 4)), np.array([0, 2, 2, 0, 1, 3])
ONE_HOT = np.eye(4)[Y]


def reference(z, q):
    """-q log s - (1 - q) log(1 - s), element by element, where s is the sigmoid."""
    s = 1 / (1 + np.exp(-z))
    return -q * np.log(s) - (1 - q) * np.log(1 - s), s - q


@pytest.mark.parametrize('n', [6, 1])
@pytest.mark.parametrize('soft', [False, True])
def test_formula_and_gradient(soft, n):
    scores = 0.8 * ONE_HOT + 0.05 if soft else ONE_HOT
    labels = torch.tensor(scores if soft else Y)[:n]
    z = torch.tensor(Z[:n], requires_grad=True)
    loss = one_vs_rest_loss(z, labels)
    loss.backward()
    values, gradient = reference(Z[:n], scores[:n])
    np.testing.assert_allclose(loss.item(), values.sum() / n)
    np.testing.assert_allclose(z.grad, gradient / n)
    np.testing.assert_allclose(OneVsRestLoss()(z, labels).item(), values.sum() / n, rtol=1e-5)


def test_loss_contract():
    values = reference(Z, ONE_HOT)[0].sum(1)
    weight = np.array([1, 0, 2, 1, 0.5, 3])
    module = OneVsRestLoss(loss_weight=0.5)
    z, y, w = torch.tensor(Z), torch.tensor(Y), torch.tensor(weight)

    def close(actual, expected):
        np.testing.assert_allclose(actual, expected, rtol=1e-5)

    close(module(z, y, w), 0.5 * (weight * values).mean())
    close(module(z, y, w, avg_factor=4), 0.5 * (weight * values).sum() / 4)
    close(module(z, y, reduction_override='sum'), 0.5 * values.sum())
    close(OneVsRestLoss(reduction='sum')(z, y), values.sum())
    close(OneVsRestLoss(reduction='sum')(z, y, reduction_override='mean'), values.mean())
    close(module(z, y, reduction_override='none').sum(1), 0.5 * values)


def test_in_a_head_under_autocast():
    config = dict(type='LinearClsHead', num_classes=4, in_channels=3)
    head = MODELS.build({**config, 'loss': dict(type='OneVsRestLoss', _scope_='mmfer')})
    samples = [DataSample().set_gt_label(int(label)) for label in Y]
    x = torch.rand(6, 3)
    with torch.autocast('cpu', torch.bfloat16):
        z = head((x,))
        value = head.loss((x,), samples)['loss']
    assert value.dtype == torch.float32
    expected = reference(z.detach().double().numpy(), ONE_HOT)[0].sum() / 6
    np.testing.assert_allclose(value.item(), expected, rtol=1e-5)
    assert len(head.predict((x,), samples)[0].pred_score) == 4


def test_bad_label():
    with pytest.raises(ValueError, match='label 4 of image 0'):
        OneVsRestLoss()(torch.tensor(Z), torch.tensor(Y + 4))
