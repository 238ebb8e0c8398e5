import numpy as np
import pytest
import torch

from mmfer.models.losses import ContrastiveLoss, contrastive_loss
from mmfer.registry import MODELS

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(7, 3)), np.array([0, 2, 2, 0, 1, 2, 5])


def reference(x, y, margin):
    """Hadsell et al. (2006), eq. 4, the mean over the pairs, and its gradient in x."""
    pairs = [(i, j) for i in range(len(x)) for j in range(i)]
    value, in_x = 0.0, np.zeros_like(x)
    for i, j in pairs:
        difference = x[i] - x[j]
        d = np.sqrt((difference**2).sum())
        if y[i] == y[j]:
            value += d**2 / 2
            gradient = difference
        else:
            value += max(0, margin - d) ** 2 / 2
            gradient = -max(0, margin - d) * difference / d
        in_x[i] += gradient / len(pairs)
        in_x[j] -= gradient / len(pairs)
    return value / len(pairs), in_x


@pytest.mark.parametrize('margin', [0.5, 2.0, 4.0])
def test_formula_and_gradient(margin):
    x = torch.tensor(X, requires_grad=True)
    loss = contrastive_loss(x, torch.tensor(Y), margin)
    loss.backward()
    value, in_x = reference(X, Y, margin)
    np.testing.assert_allclose(loss.item(), value)
    np.testing.assert_allclose(x.grad, in_x, atol=1e-12)


def test_one_image_gives_a_loss_of_zero():
    x = torch.tensor(X[:1], requires_grad=True)
    loss = ContrastiveLoss()(x, torch.tensor(Y[:1]))
    loss.backward()
    assert loss.item() == 0 and not x.grad.any()


def test_two_equal_images_have_a_finite_gradient():
    x = torch.ones(2, 3, requires_grad=True)
    loss = contrastive_loss(x, torch.tensor([0, 1]), margin=3.0)
    loss.backward()
    assert loss.item() == 4.5 and x.grad.isfinite().all()


@pytest.mark.parametrize('normalize', [True, False])
def test_class(normalize):
    config = dict(type='ContrastiveLoss', margin=1.5, loss_weight=0.2, normalize=normalize)
    x = torch.tensor(X).bfloat16()
    with torch.autocast('cpu', torch.bfloat16):
        loss = MODELS.build(config)(x, torch.tensor(Y), None)
    features = x.double().numpy()
    if normalize:
        features = features / np.linalg.norm(features, axis=1, keepdims=True)
    np.testing.assert_allclose(loss.item(), 0.2 * reference(features, Y, 1.5)[0], rtol=1e-5)
