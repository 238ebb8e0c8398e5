import numpy as np
import pytest
import torch
from scipy.special import softmax

from mmfer.models import ResponseDistillationLoss
from mmfer.models.losses import response_distillation_loss


@pytest.mark.parametrize('temperature', [1.0, 4.0])
def test_formula(temperature: float) -> None:
    rng = np.random.default_rng(0)
    student, teacher = rng.normal(0, 3, (2, 6, 5))
    total = 0.0
    for z, t in zip(student, teacher, strict=True):
        q, p = softmax(z / temperature), softmax(t / temperature)
        total += sum(p[c] * np.log(p[c] / q[c]) for c in range(5)) * temperature**2
    ours = response_distillation_loss(torch.tensor(student), torch.tensor(teacher), temperature)
    np.testing.assert_allclose(ours, total / 6, rtol=1e-5)


def test_the_answers_of_the_teacher_are_the_minimum() -> None:
    teacher = torch.randn(4, 3)
    student = (teacher + 7).requires_grad_()  # a shift changes no probability
    loss = ResponseDistillationLoss(2.0)(student, teacher)
    loss.backward()
    assert abs(loss) < 1e-5 and student.grad.abs().max() < 1e-5


def test_gradients_have_one_size_at_high_temperatures() -> None:
    torch.manual_seed(0)
    student, teacher = torch.randn(8, 5, requires_grad=True), torch.randn(8, 5)
    sizes = []
    for temperature in (20.0, 80.0):
        loss = ResponseDistillationLoss(temperature, loss_weight=3.0)(student, teacher)
        sizes.append(torch.autograd.grad(loss, student)[0].norm())
    torch.testing.assert_close(sizes[0], sizes[1], rtol=0.05, atol=0)


def test_bad_temperatures_and_shapes_are_refused() -> None:
    for temperature in (0, -1, float('nan')):
        with pytest.raises(ValueError, match='must be above 0'):
            ResponseDistillationLoss(temperature)
    with pytest.raises(ValueError, match='must have the same classes'):
        ResponseDistillationLoss()(torch.zeros(2, 3), torch.zeros(2, 4))
