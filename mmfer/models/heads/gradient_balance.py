"""How hard each loss pulls at the features, in comparison with the loss on the scores."""

import logging
from collections.abc import Sequence

import torch
from mmengine.logging import print_log
from torch import Tensor

LIMIT = 10.0
"""Ratio past which a loss is reported."""


def gradient_ratio(loss: Tensor, score_loss: Tensor, features: Sequence[Tensor]) -> Tensor:
    """The length of a loss's gradient at the features, divided by that of the loss on the scores.

    Args:
        loss: A scalar.
        score_loss: A scalar.
        features: Tensors that both losses are computed from.

    Returns:
        A scalar, without graph; infinite if the loss on the scores has no gradient.
    """
    length, reference = (_length(one, features) for one in (loss, score_loss))
    return length / reference


def _length(loss: Tensor, features: Sequence[Tensor]) -> Tensor:
    if not loss.requires_grad:
        return loss.new_zeros(())
    # The graph stays for the backward pass of the training step, which frees it.
    found = torch.autograd.grad(loss, tuple(features), retain_graph=True, allow_unused=True)
    parts = [gradient.float().norm() for gradient in found if gradient is not None]
    return torch.stack(parts).norm() if parts else loss.new_zeros(())


class GradientBalance:
    """Adds ``gradient_ratio_center`` for ``loss_center``, and so on, to the losses of a head.

    The first ratio past 10 of each loss is a warning in the log: such a loss may pull all features
    to one point before the classes separate. A measurement goes back through the layers of the head
    alone.

    Args:
        interval: Steps between two measurements, from the first step on; 0 never measures.

    Raises:
        ValueError: If the interval is negative.
    """

    def __init__(self, interval: int) -> None:
        if interval < 0:
            raise ValueError(f'balance_interval={interval} must be 0 or more steps.')
        self.interval = interval
        self.step = 0
        self.reported: set[str] = set()

    def __call__(self, losses: dict[str, Tensor], features: Sequence[Tensor]) -> dict[str, Tensor]:
        """The losses and, at every ``interval``-th step, the ratios.

        Args:
            losses: The losses of a step by name; ``loss`` is the one on the scores.
            features: The tensors that the head is given, see :func:`gradient_ratio`. Features
                without gradient, as of a frozen network, are not measured.
        """
        if not self.interval or not all(one.requires_grad for one in features):
            return losses
        due = self.step % self.interval == 0
        self.step += 1
        if not due:
            return losses
        ratios = {
            f'gradient_ratio_{name.removeprefix("loss_")}': gradient_ratio(
                loss, losses['loss'], features
            )
            for name, loss in losses.items()
            if name.startswith('loss_')
        }
        length = torch.cat([one.detach().float() for one in features], 1).norm(dim=1).mean()
        for name, ratio in ratios.items():
            if ratio > LIMIT and name not in self.reported:
                self.reported.add(name)
                _warn(name, float(ratio), float(length))
        return losses | ratios


def _warn(name: str, ratio: float, length: float) -> None:
    print_log(
        f'{name} is {ratio:.3g}: at the features, whose mean length is {length:.3g}, the gradient '
        f'of this loss is {ratio:.3g} times that of the loss on the scores. It may pull all '
        'features to one point before the classes separate. Lower its loss_weight, or set '
        "warmup or, for losses with centers, start='batch', scale='width' or scale='unit'.",
        logger='current',
        level=logging.WARNING,
    )
