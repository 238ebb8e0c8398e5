"""Inputs and context with which the network of a training is traced for its pruning."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmengine.dataset import pseudo_collate
from mmengine.runner import Runner
from torch import Tensor, nn

from mmfer.engine.hooks.eval_context_hook import find_itrr
from mmfer.engine.hooks.network_renewal import classifier_of


def example_inputs(runner: Runner) -> Tensor:
    """Two training images after the data preprocessor, (2, 3, H, W)."""
    dataset = runner.train_dataloader.dataset
    batch = pseudo_collate([dataset[0], dataset[0]])
    network: Any = classifier_of(runner)
    return network.data_preprocessor(batch, training=False)['inputs']


@contextmanager
def with_a_support_set(network: nn.Module) -> Iterator[None]:
    """Give RALD a temporary random support set, so that it can predict before it has its own.

    Channels do not depend on the context, but tracing is fast only if images attend to a fixed set.
    """
    found = find_itrr(network)
    if found is None:
        yield
        return
    _, itrr = found
    context, features = itrr.context, itrr.support_features
    itrr.context = 'support'
    itrr.prepare_benchmark()
    try:
        yield
    finally:
        itrr.context, itrr.support_features = context, features
