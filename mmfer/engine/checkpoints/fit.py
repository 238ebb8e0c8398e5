"""Loads weights into a model, and tells which of them do not fit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

SIZE_MISMATCH = re.compile(
    r'size mismatch for (?P<name>\S+): copying a param with shape torch\.Size\(\[(?P<given>.*?)\]\)'
    r' from checkpoint, the shape in current model is torch\.Size\(\[(?P<wanted>.*?)\]\)'
)
"""A line of PyTorch's message about weights of other shapes."""
SHOWN = 4
"""Number of names in a message."""


@dataclass(frozen=True)
class Fit:
    """The names of the weights that were loaded, and of those that do not fit."""

    fitting: Sequence[str]
    missing: Sequence[str]
    """Weights of the model that the checkpoint lacks."""
    foreign: Sequence[str]
    """Weights of the checkpoint that the model lacks."""
    reshaped: Mapping[str, str]
    """Weights that both have, but in other shapes, or not as tensors: a description by name."""

    @property
    def whole(self) -> bool:
        """Whether the checkpoint has exactly the weights of the model."""
        return not (self.missing or self.foreign or self.reshaped)

    def describe(self) -> str:
        """The weights that do not fit: counts, and the first names of each kind."""
        reshaped = [f'{name} ({shapes})' for name, shapes in self.reshaped.items()]
        kinds = {
            'of the model not in the checkpoint': self.missing,
            'of the checkpoint not in the model': self.foreign,
            'of another shape': reshaped,
        }
        total = len(self.fitting) + len(self.missing) + len(self.reshaped)
        parts = [f'{len(names)} {kind}: {listed(names)}' for kind, names in kinds.items() if names]
        return f'{len(self.fitting)} of {total} weights fit; {"; ".join(parts) or "all fit"}'


def load_fitting(model: nn.Module, weights: Mapping[str, Tensor]) -> Fit:
    """Load the weights that fit into a model.

    The numbers of batches may be missing, because old batch norms do not save them. A
    prefix ``module.``, which a distributed wrapper adds, is removed.

    Args:
        model: The model, without wrapper.
        weights: The weights by name.
    """
    given = {name.removeprefix('module.'): value for name, value in weights.items()}
    wanted = {name for name, value in model.state_dict().items() if torch.is_tensor(value)}
    reshaped = {
        name: f'{type(value).__name__} in the checkpoint instead of a tensor'
        for name, value in given.items()
        if name in wanted and not torch.is_tensor(value)
    }
    tensors = {name: value for name, value in given.items() if name not in reshaped}
    try:
        keys = model.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        before = len(reshaped)
        for match in SIZE_MISMATCH.finditer(str(error)):
            shapes = f'({match["given"]}) in the checkpoint, ({match["wanted"]}) in the model'
            reshaped[match['name']] = shapes
        if len(reshaped) == before:
            raise
        rest = {name: value for name, value in given.items() if name not in reshaped}
        keys = model.load_state_dict(rest, strict=False)
    missing = [
        name
        for name in keys.missing_keys
        if name not in reshaped and not name.endswith('num_batches_tracked')
    ]
    foreign = set(keys.unexpected_keys)
    fitting = [name for name in given if name not in foreign and name not in reshaped]
    return Fit(fitting, missing, keys.unexpected_keys, reshaped)


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - SHOWN
    return ', '.join(names[:SHOWN]) + (f' and {more} more' if more > 0 else '')
