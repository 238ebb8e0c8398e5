"""Temporary eval mode."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def eval_mode(model: nn.Module) -> Iterator[None]:
    """Put a model into eval mode temporarily; afterwards every module has its previous mode.

    Example:
        >>> with eval_mode(model), torch.no_grad():  # doctest: +SKIP
        ...     scores = model(images)
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        model.train(modes[0][1])  # some modules do more in train() than set the mode
        for module, training in modes:
            module.training = training
