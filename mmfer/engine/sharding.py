"""Weights divided among ranks: FSDP2 of PyTorch, with whole checkpoints."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import Optimizer

CONTAINERS = (nn.ModuleList, nn.ModuleDict)
"""Modules without a computation of their own, which cannot gather weights for it."""


def shard(network: nn.Module, mesh: DeviceMesh, min_weights: int) -> list[str]:
    """Divide the weights of a network among the ranks of a mesh, in place.

    A module whose weights outside smaller units number ``min_weights`` or more becomes a unit: its
    weights are gathered before it computes and released afterwards. The rest is the last unit.

    Args:
        network: A network with equal weights on all ranks.
        mesh: One dimension, the ranks.
        min_weights: Smallest number of weights of a unit.

    Returns:
        The names of the units; the network itself is ``''``.
    """
    names, done = [], set()
    # Children come before their parents.
    for name, module in reversed(list(network.named_modules())):
        own = {one for one in module.parameters() if one not in done}
        large = sum(one.numel() for one in own) >= min_weights
        if name and (not large or isinstance(module, CONTAINERS)):
            continue
        fully_shard(module, mesh=mesh)
        names.append(name)
        done |= own | set(module.parameters())
    for module in network.modules():
        module.register_load_state_dict_pre_hook(_shard_weights)
    return names


def whole(value: Any) -> Any:
    """A state with gathered tensors in the place of divided ones; all ranks must take part."""
    if isinstance(value, DTensor):
        return value.full_tensor().cpu()
    if isinstance(value, Mapping):
        return type(value)((key, whole(one)) for key, one in value.items())  # type: ignore[call-arg]
    return type(value)(whole(one) for one in value) if isinstance(value, list | tuple) else value


def own_part(tensor: Tensor) -> Tensor:
    """What this rank has of a divided tensor, or a tensor as it is."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def from_own_part(part: Tensor, weight: Tensor) -> Tensor:
    """The tensor, divided as a weight is, of which this rank has a part; see :func:`own_part`."""
    if not isinstance(weight, DTensor):
        return part.to(weight.device)
    return DTensor.from_local(
        part.to(weight.device_mesh.device_type),
        weight.device_mesh,
        weight.placements,
        shape=weight.shape,
        stride=weight.stride(),
    )


def load_whole(optimizer: Optimizer) -> None:
    """Let an optimizer of divided weights load a state of :func:`whole`."""
    optimizer.register_load_state_dict_pre_hook(_shard_state)


def _like(value: Any, weight: Any) -> Any:
    """A tensor divided as a weight of the same shape is."""
    divided = isinstance(weight, DTensor) and isinstance(value, Tensor)
    if not divided or isinstance(value, DTensor) or value.shape != weight.shape:
        return value
    # Every rank has the whole tensor: nothing is exchanged.
    value = value.to(weight.device_mesh.device_type)
    return distribute_tensor(value, weight.device_mesh, weight.placements, src_data_rank=None)


def _shard_weights(module: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    for name, weight in module.named_parameters(recurse=False):
        if prefix + name in state:
            state[prefix + name] = _like(state[prefix + name], weight)


@torch.no_grad()
def _shard_state(optimizer: Optimizer, state: dict[str, Any]) -> dict[str, Any]:
    weights = [weight for group in optimizer.param_groups for weight in group['params']]
    numbers = [number for group in state['param_groups'] for number in group['params']]
    of_number = dict(zip(numbers, weights, strict=False))
    divided = {
        number: {name: _like(value, of_number.get(number)) for name, value in of_weight.items()}
        for number, of_weight in state['state'].items()
    }
    return {**state, 'state': divided}
