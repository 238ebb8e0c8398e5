"""Scores of the importance of channels."""

import numpy as np
import torch
from torch import Tensor, nn

from mmfer.engine.pruning.dependencies import ChannelGroup

CRITERIA = ('bn_scale', 'mlp_norm', 'random')


def bn_scale_scores(model: nn.Module, group: ChannelGroup) -> np.ndarray:
    """|gamma| of the batch norm of each channel (paper 001, eq. 9).

    For channels that are added to each other, as in the stages of a ResNet, the mean of their
    scales.
    """
    total, count = torch.zeros(group.channels), torch.zeros(group.channels)
    for name, pairs in group.norms.items():
        of_root, own = (torch.tensor(column) for column in zip(*pairs, strict=True))
        gamma = model.get_submodule(name).weight.detach().abs().float().cpu()  # type: ignore[operator]
        total.index_add_(0, of_root, gamma[own])
        count.index_add_(0, of_root, torch.ones(len(own)))
    return (total / count).numpy()


def mlp_norm(weight_in: Tensor, weight_out: Tensor) -> Tensor:
    """|w_in| |w_out| of each hidden unit, divided by the mean over all hidden units.

    The product does not change when a factor is moved from one layer to the other, and the mean
    makes layers of different scale comparable under one threshold.

    Args:
        weight_in: (H, D) or (H, D, 1, 1), the weights of the layer before the hidden units.
        weight_out: (D', H) or (D', H, 1, 1), the weights of the layer after the hidden units.

    Returns:
        (H,)
    """
    norm = weight_in.flatten(1).norm(dim=1) * weight_out.transpose(0, 1).flatten(1).norm(dim=1)
    return norm / norm.mean()


def mlp_scores(model: nn.Module, group: ChannelGroup) -> np.ndarray:
    """:func:`mlp_norm` of the hidden units between two layers."""
    before, after = (model.get_submodule(n) for n in (*group.producers, *group.consumers))
    weights = (layer.weight.detach().float().cpu() for layer in (before, after))  # type: ignore[operator]
    return mlp_norm(*weights).numpy()


def shuffled(scores: np.ndarray, tied: int, rng: np.random.Generator) -> np.ndarray:
    """The scores of a layer in random order: a control in which each layer loses as many channels.

    Args:
        scores: (channels,)
        tied: Number of groups of a convolution, whose channels move together.
        rng: The random numbers.
    """
    return scores.reshape(tied, -1)[:, rng.permutation(len(scores) // tied)].ravel()
