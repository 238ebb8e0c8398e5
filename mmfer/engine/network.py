"""Access to the network of a runner, without wrapper, and to the copies in hooks."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from mmfer.engine.feature_bank import unwrap


def network_and_copies(runner: Runner) -> Iterator[nn.Module]:
    """The network, and each module that a hook holds, such as a moving average."""
    yield unwrap(runner.model)
    for hook in runner.hooks:
        yield from (value for value in vars(hook).values() if isinstance(value, nn.Module))


@contextmanager
def wrapped_anew(runner: Runner) -> Iterator[nn.Module]:
    """The network without wrapper, to change which gradients the ranks exchange.

    A distributed wrapper decides at its creation for which gradients it waits. Therefore the
    wrapper is removed, and afterwards replaced by a new wrapper, on all ranks at once. Without a
    wrapper, nothing is done.

    Raises:
        ValueError: If the wrapper of the runner is not ``DistributedDataParallel``.
    """
    wrapper = runner.model
    if not is_model_wrapper(wrapper):
        yield wrapper
        return
    if not isinstance(wrapper, DistributedDataParallel):
        raise ValueError(
            f'The network cannot change within {type(wrapper).__name__}: train on one device, or '
            "with model_wrapper_cfg = dict(type='MMDistributedDataParallel')."
        )
    runner.model = unwrap(wrapper)
    # While the old wrapper exists, it averages the gradients of the remaining weights.
    del wrapper
    gc.collect()
    yield runner.model
    runner.model = runner.wrap_model(runner.cfg.get('model_wrapper_cfg'), runner.model)
