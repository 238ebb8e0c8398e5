"""Temporary eval mode and training mode."""

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
    with _mode(model, False):
        yield


@contextmanager
def train_mode(model: nn.Module) -> Iterator[None]:
    """Put a model into training mode temporarily, likewise."""
    with _mode(model, True):
        yield


@contextmanager
def _mode(model: nn.Module, training: bool) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        model.train(modes[0][1])  # some modules do more in train() than set the mode
        for module, before in modes:
            module.training = before
