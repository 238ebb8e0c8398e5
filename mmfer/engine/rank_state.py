"""The state of each rank that a checkpoint needs besides weights and optimizer.

In the middle of an epoch, these are the states of the random generators and, with several ranks,
the buffers, such as the statistics of batch norms, which the ranks share only after each epoch, of
the network and of its copies, such as a moving average. A training by iterations is one epoch.
Between two steps of an optimizer that accumulates gradients, these are the gradients.
"""

import random
from typing import Any

import numpy as np
import torch
from mmengine.dist import all_gather_object, get_world_size
from mmengine.optim import OptimWrapperDict
from mmengine.runner import Runner

from mmfer.engine.feature_bank import unwrap
from mmfer.engine.network import network_and_copies
from mmfer.engine.sharding import from_own_part, own_part


def random_state() -> dict[str, Any]:
    """The states of the generators of Python, NumPy and PyTorch, as plain values and tensors."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002 (mmcv's transforms draw from it)
    state: dict[str, Any] = {
        'python': random.getstate(),
        'numpy': (kind, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest),
        'torch': torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        state['cuda'] = torch.cuda.get_rng_state()
    return state


def set_random_state(state: dict[str, Any]) -> None:
    """Restore the states of :func:`random_state`."""
    version, internal, gauss = state['python']
    random.setstate((version, tuple(internal), gauss))
    kind, keys, *rest = state['numpy']
    np.random.set_state((kind, keys.numpy().astype(np.uint32), *rest))  # noqa: NPY002
    torch.set_rng_state(state['torch'].cpu())
    if 'cuda' in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state['cuda'].cpu())


def gradients(runner: Runner) -> dict[str, torch.Tensor]:
    """The accumulated gradients by name of the weight; none right after a step."""
    wrapper = runner.optim_wrapper
    wrappers = wrapper.values() if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    if all(one.should_update() for one in wrappers):
        return {}
    named = unwrap(runner.model).named_parameters()
    return {name: own_part(one.grad).cpu() for name, one in named if one.grad is not None}


def gather_states(runner: Runner, in_epoch: bool) -> list[dict[str, Any]]:
    """The state of every rank, for a checkpoint; all ranks must take part.

    Args:
        runner: A training runner after an iteration.
        in_epoch: Whether the epoch continues after the checkpoint.

    Returns:
        A list by rank; empty if a resumed run needs no such state.
    """
    state: dict[str, Any] = {'random': random_state()} if in_epoch else {}
    if in_epoch and get_world_size() > 1:
        state['buffers'] = [
            {name: buffer.cpu() for name, buffer in network.named_buffers()}
            for network in network_and_copies(runner)
        ]
    pending = gradients(runner)
    if pending:
        state['gradients'] = pending
    states = all_gather_object(state)
    return states if any(states) else []


def restore_network(runner: Runner, state: dict[str, Any]) -> None:
    """Give the network the buffers of this rank, and the gradients that it had accumulated."""
    saved = state.get('buffers', [])
    # Earlier checkpoints contain only the buffers of the network.
    for network, buffers in zip(
        network_and_copies(runner), [saved] if isinstance(saved, dict) else saved, strict=False
    ):
        for name, buffer in network.named_buffers():
            if name in buffers and buffers[name].shape == buffer.shape:
                buffer.copy_(buffers[name])
    pending = state.get('gradients', {})
    for name, weight in unwrap(runner.model).named_parameters():
        if name in pending:
            weight.grad = from_own_part(pending[name], weight)
    if pending:
        runner.logger.info('The accumulated gradients of the checkpoint were restored.')
