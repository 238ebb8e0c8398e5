"""Gives a wide network the distribution of scales of a narrow network."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def copy_scale_distribution(model: nn.Module, state_dict: Mapping[str, Tensor]) -> None:
    """Set the scales of batch norms to the quantiles of the scales in a narrower network.

    The share of channels that pruning removes from a layer depends on the distribution of its
    scales. With the distribution of a trained narrow network, an untrained wide network is pruned
    in the same proportions.

    Args:
        model: The wide network, changed in place. The scales of a layer keep their order, so the
            choice of channels within a layer remains random.
        state_dict: The weights of the narrow network; its layers have the same names.

    Raises:
        ValueError: If the model has no batch norm, or the weights lack a batch norm of the model.
    """
    norms = {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, _BatchNorm) and module.affine
    }
    missing = [name for name in norms if f'{name}.weight' not in state_dict]
    if not norms or missing:
        raise ValueError(
            f'The weights have no scales for {", ".join(missing) or "any batch norm"} of '
            f'{type(model).__name__}: give a checkpoint of the same network, only less wide.'
        )
    generator = torch.Generator().manual_seed(0)
    for name, norm in norms.items():
        scales = state_dict[f'{name}.weight'].float().abs()
        channels = norm.num_features
        places = (torch.arange(channels) + 0.5) / channels
        order = torch.randperm(channels, generator=generator)
        with torch.no_grad():
            norm.weight.copy_(torch.quantile(scales, places)[order])
