"""Checkpoints of pruned networks, saved with their channels and loaded into those."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner

from mmfer.engine.hooks.network_renewal import change_network, classifier_of, renew_optimizer
from mmfer.engine.pruning.channels import apply_channels, channel_record
from mmfer.registry import HOOKS

CHECKPOINT_KEY = 'pruning'


@HOOKS.register_module()
class PrunedModelHook(Hook):
    """Give the config's network the channels of a pruned checkpoint before weights are loaded.

    So a pruned checkpoint is tested, resumed and fine-tuned by the config that it was trained
    with, or by any other config of the same full-width network. The optimizer, its schedulers, a
    distributed wrapper and an exponential moving average are built anew to fit. Checkpoints of
    networks that were never pruned are left alone.

    Raises:
        ValueError: The checkpoint's channels are those of another network.

    Example:
        >>> default_hooks = dict(pruned_model=dict(type='PrunedModelHook'))
    """

    # Before the hooks that read the weights of a checkpoint.
    priority = 'HIGHEST'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Record the channels of a pruned network."""
        record = channel_record(classifier_of(runner))
        if record:
            checkpoint[CHECKPOINT_KEY] = record

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take over the channels of a pruned network."""
        record = checkpoint.get(CHECKPOINT_KEY)
        if not record:
            return
        print_log('The checkpoint is of a pruned network: its channels are taken over.', 'current')
        change_network(runner, lambda network: apply_channels(network, record))
        if isinstance(runner.optim_wrapper, OptimWrapper):
            renew_optimizer(runner)
