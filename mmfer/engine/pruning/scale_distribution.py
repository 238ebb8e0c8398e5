"""Give a wide network the distribution of a narrow one's scales."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def copy_scale_distribution(model: nn.Module, state_dict: Mapping[str, Tensor]) -> None:
    """Set the batch norms' scales to the quantiles of those of the same network, less wide.

    What a ratio of pruning takes from each layer depends on how its scales are distributed. With
    those of a narrow network that was trained, a wide one that could not be is pruned alike.

    Args:
        model: The wide network, in place. A layer's scales keep their own order, so that which
            channels go within a layer stays random.
        state_dict: The weights of the narrow network, whose layers have the same names.

    Raises:
        ValueError: If the model has no batch norm, or the weights lack one of them.
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
