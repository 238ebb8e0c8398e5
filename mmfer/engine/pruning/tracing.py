"""A prediction whose gradient functions can be followed."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves


def traced_outputs(model: nn.Module, inputs: Tensor) -> list[Tensor]:
    """The outputs of a prediction, marked by an extra operation."""
    found = [leaf for leaf in tree_leaves(model(inputs)) if torch.is_tensor(leaf)]
    return [leaf * 1 for leaf in found if leaf.requires_grad]


@contextmanager
def traceable(model: nn.Module) -> Iterator[None]:
    """Temporarily require gradients for all weights, and store them with channels first.

    With channels last, a mean over positions ends in an operation on strides, which might mix
    channels.
    """
    weights = [p for p in model.parameters() if p.is_floating_point()]
    frozen = [p for p in weights if not p.requires_grad]
    channels_last = [p for p in weights if p.ndim == 4 and not p.is_contiguous()]
    try:
        for parameter in frozen:
            parameter.requires_grad_(True)
        for parameter in channels_last:
            parameter.data = parameter.data.contiguous()
        with torch.enable_grad():
            yield
    finally:
        for parameter in channels_last:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        for parameter in frozen:
            parameter.requires_grad_(False)
