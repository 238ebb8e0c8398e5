"""The content of a checkpoint: its config, and its weights for a model."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.runner import CheckpointLoader

import mmfer.engine.checkpoint  # noqa: F401  (its loader)
from mmfer.engine.checkpoints.fit import load_fitting
from mmfer.engine.configuration.config_text import config_from_text
from mmfer.engine.pruning import apply_channels


def read_checkpoint(checkpoint: str | Path) -> dict[str, Any]:
    """The content of a checkpoint.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is damaged, or holds no named weights.
    """
    return CheckpointLoader.load_checkpoint(str(checkpoint), map_location='cpu')


def own_config(loaded: dict[str, Any], checkpoint: str | Path) -> Config:
    """The config in a checkpoint.

    Raises:
        ValueError: If the checkpoint has no config, or the config cannot be used.
    """
    text = (loaded.get('meta') or {}).get('cfg')
    if not isinstance(text, str):
        raise ValueError(
            f'The checkpoint "{checkpoint}" does not contain a config. Also give the config file.'
        )
    return config_from_text(text, str(checkpoint))


def load_weights(model: torch.nn.Module, checkpoint: str | Path) -> dict[str, Any]:
    """Load all weights of a checkpoint and return its ``meta``.

    If the checkpoint is pruned, the model gets the pruned widths.
    """
    return put_weights(model, read_checkpoint(checkpoint), checkpoint)


def put_weights(
    model: torch.nn.Module, loaded: dict[str, Any], checkpoint: str | Path
) -> dict[str, Any]:
    """Load all weights from the content of a checkpoint; see :func:`load_weights`."""
    weights = loaded.get('state_dict', loaded)
    try:
        apply_channels(model, loaded.get('pruning'))
        fit = load_fitting(model, weights)
    except (RuntimeError, ValueError, AttributeError, TypeError) as error:
        raise ValueError(
            f'The checkpoint "{checkpoint}" does not fit the model of the config: {error}\n'
            'Give the config with which it was trained.'
        ) from error
    if not fit.whole:
        raise ValueError(
            f'The checkpoint "{checkpoint}" does not fit the model of the config: '
            f'{fit.describe()}. Give the config with which it was trained.'
        )
    return loaded.get('meta') or {}
