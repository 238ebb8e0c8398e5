"""Eval mode for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def eval_mode(model: nn.Module) -> Iterator[None]:
    """Put a model into eval mode; afterwards each part, frozen or not, has the mode it had.

    Example:
        >>> with eval_mode(model), torch.no_grad():  # doctest: +SKIP
        ...     scores = model(images)
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        model.train(modes[0][1])  # modules may do more than to take the mode
        for module, training in modes:
            module.training = training
