"""The network of a runner inside its distributed wrapper, and the copies that hooks keep of it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from mmfer.engine.feature_bank import unwrap


def network_and_copies(runner: Runner) -> Iterator[nn.Module]:
    """The network itself, and each module that a hook keeps, such as a moving average of it."""
    yield unwrap(runner.model)
    for hook in runner.hooks:
        yield from (value for value in vars(hook).values() if isinstance(value, nn.Module))


@contextmanager
def wrapped_anew(runner: Runner) -> Iterator[nn.Module]:
    """The bare network, to change what takes part in the exchange of gradients between ranks.

    The distributed wrapper fixes at its start which gradients it waits for. It is taken off, and
    another is put on afterwards, on all ranks at once. Without a wrapper nothing is done.

    Raises:
        ValueError: The runner's wrapper is another one than ``DistributedDataParallel``.
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
    # As long as it lives it averages the gradients of the weights that stay.
    del wrapper
    gc.collect()
    yield runner.model
    runner.model = runner.wrap_model(runner.cfg.get('model_wrapper_cfg'), runner.model)
