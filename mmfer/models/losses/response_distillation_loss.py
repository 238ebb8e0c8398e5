"""Distillation of a teacher's answers.

G. Hinton, O. Vinyals and J. Dean, "Distilling the Knowledge in a Neural Network", 2015,
arXiv:1503.02531, section 2.
"""

from torch import Tensor, nn
from torch.nn.functional import kl_div

from mmfer.registry import MODELS


def response_distillation_loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Divergence of a student's softened probabilities from those of its teacher.

    With p = softmax(z / T) of the teacher's logits z and q of the student's: T^2 / N sum_i
    KL(p_i || q_i). The factor T^2 keeps the size of the gradients at any temperature.

    Args:
        student: (N, C) logits.
        teacher: (N, C) logits, without gradient.
        temperature: T.

    Returns:
        A scalar.

    Raises:
        ValueError: If the shapes differ.
    """
    if student.shape != teacher.shape:
        raise ValueError(
            f'The student has logits of shape {tuple(student.shape)}, the teacher of shape '
            f'{tuple(teacher.shape)}. Both must have the same classes.'
        )
    given = (student.float() / temperature).log_softmax(1)
    wanted = (teacher.float() / temperature).log_softmax(1)
    divergence: Tensor = kl_div(given, wanted, reduction='batchmean', log_target=True)
    return temperature**2 * divergence


@MODELS.register_module()
class ResponseDistillationLoss(nn.Module):
    """:func:`response_distillation_loss` with a temperature and a weight.

    Args:
        temperature: T, above 0; a high one shows how the teacher orders the wrong classes.
        loss_weight: Weight of the loss.

    Raises:
        ValueError: If the temperature is not above 0.

    Example:
        >>> model = dict(
        ...     type='DistilledClassifier',
        ...     response=dict(type='ResponseDistillationLoss', temperature=4.0))
    """

    def __init__(self, temperature: float = 4.0, loss_weight: float = 1.0) -> None:
        super().__init__()
        if not temperature > 0:
            raise ValueError(f'temperature={temperature} must be above 0.')
        self.temperature, self.loss_weight = temperature, loss_weight

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        """The weighted loss of two logits (N, C): a scalar."""
        loss = response_distillation_loss(student, teacher, self.temperature)
        return self.loss_weight * loss
