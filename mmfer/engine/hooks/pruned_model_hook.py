"""Saving and loading of checkpoints of pruned networks."""

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
    """Prune the network of the config to the channels of a checkpoint before weights are loaded.

    Therefore the config of the training, or another config of the same full-width network, can
    test, resume and fine-tune a pruned checkpoint. The optimizer, its schedulers, a distributed
    wrapper and an exponential moving average are rebuilt to fit. Other checkpoints are not changed.

    Raises:
        ValueError: If the channels of the checkpoint belong to another network.

    Example:
        >>> default_hooks = dict(pruned_model=dict(type='PrunedModelHook'))
    """

    # Runs before the hooks that read the weights of a checkpoint.
    priority = 'HIGHEST'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Record the channels of a pruned network."""
        record = channel_record(classifier_of(runner))
        if record:
            checkpoint[CHECKPOINT_KEY] = record

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Prune the network to the channels of the checkpoint."""
        record = checkpoint.get(CHECKPOINT_KEY)
        if not record:
            return
        print_log(
            'The checkpoint is of a pruned network: its channels are taken over.',
            'current',
        )
        change_network(runner, lambda network: apply_channels(network, record))
        if isinstance(runner.optim_wrapper, OptimWrapper):
            renew_optimizer(runner)
