import numpy as np
import pytest
import torch

from mmfer.models.losses import WingLoss, wing_loss


def wing(x: float, w: float, e: float) -> float:
    constant = w - w * np.log(1 + w / e)
    return w * np.log(1 + abs(x) / e) if abs(x) < w else abs(x) - constant


@pytest.mark.parametrize(('width', 'curvature'), [(5.0, 1.0), (10.0, 2.0)])
def test_equals_the_formula(width, curvature):
    errors = torch.linspace(-20, 20, 81, dtype=torch.float64, requires_grad=True)
    found = wing_loss(errors, width, curvature)
    expected = [wing(x, width, curvature) for x in errors.detach().numpy()]
    np.testing.assert_allclose(found.detach(), expected, atol=1e-12)
    found.sum().backward()
    for x, slope in zip(errors.detach().numpy(), errors.grad.numpy(), strict=True):
        if x == 0 or abs(abs(x) - width) < 1e-9:
            continue
        step = 1e-6
        numeric = (wing(x + step, width, curvature) - wing(x - step, width, curvature)) / 2 / step
        assert slope == pytest.approx(numeric, abs=1e-6)


def test_both_parts_are_continuous():
    below, above = wing_loss(torch.tensor([5 - 1e-5, 5 + 1e-5], dtype=torch.float64))
    assert above - below == pytest.approx(1e-5, abs=2e-5)


def test_the_class_gives_the_mean():
    predicted, target = torch.zeros(2, 68, 2), torch.full((2, 68, 2), 3.0)
    assert WingLoss(5, 1)(predicted, target).item() == pytest.approx(wing(3, 5, 1))


def test_points_can_have_weights():
    predicted = torch.tensor([[[0.0, 0], [0, 0]]])
    target = torch.tensor([[[3.0, 1], [7, 2]]])
    means = [(wing(3, 5, 1) + wing(1, 5, 1)) / 2, (wing(7, 5, 1) + wing(2, 5, 1)) / 2]
    found = WingLoss(5, 1)(predicted, target, torch.tensor([[1.0, 0.25]]))
    assert found.item() == pytest.approx((means[0] + 0.25 * means[1]) / 1.25)
    alike = WingLoss(5, 1)(predicted, target, torch.ones(1, 2))
    assert alike.item() == pytest.approx(WingLoss(5, 1)(predicted, target).item())


@pytest.mark.parametrize('options', [dict(width=0), dict(curvature=-1)])
def test_faulty_options(options):
    with pytest.raises(ValueError, match='above 0'):
        WingLoss(**options)
